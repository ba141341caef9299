import type { GraphQLSchema } from 'graphql';
import type { Executor } from '../execution/index.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { Pipeline, Plugins } from './pipeline.ts';

export function createYogaPipeline(
  _schema: GraphQLSchema,
  _executor: Executor,
  _plugins: Plugins,
  _telemetry: Telemetry,
): Pipeline {
  throw new Error('not yet');
}
