import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Executor } from '../execution/index.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { Pipeline } from './handler.ts';

/** graphql-yoga and Envelop plugins. */
export type Plugins = readonly Plugin[];

export function createYogaPipeline(
  _schema: GraphQLSchema,
  _executor: Executor,
  _plugins: Plugins,
  _telemetry: Telemetry,
): Pipeline {
  throw new Error('not yet');
}
