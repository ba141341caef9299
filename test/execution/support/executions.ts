import { execute, type GraphQLSchema, parse } from 'graphql';
import { Deadline } from '../../../src/deadline.ts';
import { Executor, type OperationResult } from '../../../src/execution/index.ts';
import type { Variables } from '../../../src/execution/variables.ts';
import { toErrorPayload } from '../../../src/resolvers/errors.ts';
import { Reads } from '../../../src/resolvers/reads.ts';
import type { ResolverContext } from '../../../src/resolvers/request-context.ts';
import { createSchema } from '../../../src/schema/index.ts';
import { GalileoClient } from '../../../src/upstream/galileo-client.ts';
import { UpstreamResponse } from '../../../src/upstream/responses.ts';
import type { CallRequest } from '../../../src/upstream/transport-types.ts';
import { integrationFixtures } from '../../fixtures/integrations.ts';
import { createUnlimitedReservation } from '../../support/memory.ts';

const gatewaySchema = createSchema();

/** Upstream's response bodies by method and path; undefined is 404. */
export type Responses = Readonly<Record<string, unknown>>;

/** Every provider is configured, with a value for every property. */
export const fullResponses: Responses = Object.fromEntries(
  Object.entries(integrationFixtures).map(([name, { full }]) => [`GET /v2/integrations/${name}`, full]),
);

/** A context whose upstream has these responses. */
export function createContext(responses: Responses): ResolverContext {
  const send = ({ method, path }: CallRequest) => {
    const response = responses[`${method} ${path}`];
    const body = Buffer.from(JSON.stringify(response ?? { detail: 'not found' }));
    return Promise.resolve(
      new UpstreamResponse(response === undefined ? 404 : 200, 'application/json', undefined, body),
    );
  };
  const deadline = new Deadline(60_000);
  deadline.cancel();
  const galileo = new GalileoClient({ send }, new URL('http://upstream.invalid'));
  const redact = (text: string) => text;
  const reservation = createUnlimitedReservation();
  const callContext = {
    hasCredential: true,
    headers: [],
    traceHeaders: [],
    caller: 'caller-1',
    deadline,
    reservation,
    redactUpstreamMessage: redact,
    requestId: 'test',
    traceContext: undefined,
  };
  return {
    ...callContext,
    galileo,
    reads: new Reads(galileo, callContext),
    addSecrets: () => undefined,
    reportError: () => undefined,
    redact,
  };
}

interface Asked {
  readonly text: string;
  readonly inputs?: Variables;
  readonly responses?: Responses;
  /** Default: the gateway's own. */
  readonly schema?: GraphQLSchema;
  /** Used when the schema is executed for the first time. Default: unlimited. */
  readonly maxResponseBytes?: number | undefined;
}

export const limits = {
  maxTokens: 5000,
  maxAliases: 1000,
  maxDepth: 100,
  maxEntities: 1000,
  maxResponseBytes: 1e9,
};

const executors = new WeakMap<GraphQLSchema, Executor>();

/** The executor of a schema, with caches that all tests of a file share. */
function getExecutor(schema: GraphQLSchema, maxResponseBytes = limits.maxResponseBytes): Executor {
  let executor = executors.get(schema);
  if (executor === undefined) {
    executor = new Executor(schema, {
      ...limits,
      maxResponseBytes,
      introspection: true,
      trustedDocuments: undefined,
    });
    executors.set(schema, executor);
  }
  return executor;
}

/** The result of an operation, with `data` as JSON. */
export interface Execution extends Pick<OperationResult, 'errors'> {
  readonly data: string;
}

/** The result of the gateway's executor. Rejects if the operation has none. */
export async function executeByPlan({
  text,
  inputs = {},
  responses = fullResponses,
  schema = gatewaySchema,
  maxResponseBytes,
}: Asked): Promise<Execution> {
  const executor = getExecutor(schema, maxResponseBytes);
  const params = { query: text, operationName: undefined, variables: inputs, documentId: undefined };
  const prepared = executor.prepare(params, false);
  const { body, errors } = await executor.execute(prepared, inputs, createContext(responses));
  return { data: body.slice('{"data":'.length, -1), errors };
}

/** The result of graphql-js. */
export async function executeByReference({
  text,
  inputs = {},
  responses = fullResponses,
  schema = gatewaySchema,
}: Asked): Promise<Execution> {
  const { data, errors } = await execute({
    schema,
    document: parse(text),
    variableValues: inputs,
    contextValue: createContext(responses),
  });
  return {
    data: JSON.stringify(data ?? null),
    errors: errors?.map(({ path, originalError, locations }) => ({
      ...toErrorPayload(originalError, { requestId: 'test', reportError: () => undefined }),
      locations,
      path,
    })),
  };
}
