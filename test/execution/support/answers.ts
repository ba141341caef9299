import { execute, type GraphQLSchema, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { Deadline } from '../../../src/deadline.ts';
import { planOperation, type Variables } from '../../../src/execution/plan.ts';
import { type OperationResult, runPlan } from '../../../src/execution/run-plan.ts';
import { coerceVariables, defineVariables } from '../../../src/execution/variables.ts';
import { toClientError } from '../../../src/resolvers/errors.ts';
import type { GatewayContext } from '../../../src/resolvers/gateway-context.ts';
import { createReads } from '../../../src/resolvers/reads.ts';
import { createSchema } from '../../../src/schema/index.ts';
import { GalileoClient } from '../../../src/upstream/galileo-client.ts';
import { UpstreamResponse } from '../../../src/upstream/responses.ts';
import type { Transport, TransportRequest } from '../../../src/upstream/transport.ts';
import { integrationFixtures } from '../../fixtures/integrations.ts';

const gatewaySchema = createSchema();

/** What upstream answers, by method and path; undefined is 404. */
export type Answers = Readonly<Record<string, unknown>>;

/** Every provider is configured, with everything that it can have. */
export const fullAnswers: Answers = Object.fromEntries(
  Object.entries(integrationFixtures).map(([name, { full }]) => [`GET /v2/integrations/${name}`, full]),
);

/** A context whose upstream has these answers; an answer of undefined is 404. */
function createContext(answers: Answers): GatewayContext {
  const send = ({ method, path }: TransportRequest) => {
    const answer = answers[`${method} ${path}`];
    const body = Buffer.from(JSON.stringify(answer ?? { detail: 'not found' }));
    return Promise.resolve(
      new UpstreamResponse(answer === undefined ? 404 : 200, 'application/json', undefined, body),
    );
  };
  const transport: Transport = {
    send,
    queueDepth: 0,
    breakerOpen: false,
    close: () => Promise.resolve(),
    destroy: () => undefined,
  };
  const deadline = new Deadline(60_000);
  deadline.release();
  const galileo = new GalileoClient(transport, new URL('http://upstream.invalid'));
  const redact = (text: string) => text;
  const getCall = () => ({
    headers: [],
    caller: 'caller-1',
    deadline,
    redact,
    requestId: 'test',
    traceContext: undefined,
  });
  return {
    requestId: 'test',
    galileo,
    reads: createReads(galileo, getCall),
    getCall,
    addSecret: () => undefined,
    redact,
  };
}

function getOperation(text: string): OperationDefinitionNode {
  const operation = parse(text).definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document has no operation.');
  return operation;
}

/** What is executed. */
interface Asked {
  readonly text: string;
  readonly inputs?: Variables;
  readonly answers?: Answers;
  /** Default: the gateway's own. */
  readonly schema?: GraphQLSchema;
}

/** The answer of a plan. Throws where the operation has none. */
export async function answerByPlan({
  text,
  inputs = {},
  answers = fullAnswers,
  schema = gatewaySchema,
}: Asked): Promise<OperationResult> {
  const operation = getOperation(text);
  const coerced = coerceVariables(defineVariables(schema, operation), inputs, { suggestions: true });
  if ('problems' in coerced) throw new Error('The variables do not fit.');
  const plan = planOperation(schema, parse(text), operation, coerced.values);
  if (plan === undefined) throw new Error('The operation was not planned.');
  const isMutation = operation.operation === 'mutation';
  const context = createContext(answers);
  return runPlan(plan, {
    isMutation,
    variables: coerced.values,
    context,
    maxResponseBytes: Number.POSITIVE_INFINITY,
    explain: (cause) => toClientError(cause, 'test', () => undefined),
  });
}

/** The answer of graphql-js. */
export async function answerByReference({
  text,
  inputs = {},
  answers = fullAnswers,
  schema = gatewaySchema,
}: Asked): Promise<OperationResult> {
  const { data, errors } = await execute({
    schema,
    document: parse(text),
    variableValues: inputs,
    contextValue: createContext(answers),
  });
  return {
    data: JSON.stringify(data ?? null),
    errors: errors?.map(({ path, originalError, locations }) => ({
      ...toClientError(originalError, 'test', () => undefined),
      locations,
      path,
    })),
  };
}
