import { Writable } from 'node:stream';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { readConfig, type SettingName } from '../../src/config.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../src/http/server.ts';
import { createLog } from '../../src/observability/log.ts';

/** A response from the gateway to a GraphQL request. */
interface GraphqlResponse<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null | undefined;
  readonly errors: readonly GraphqlResponseError[];
  /** The unparsed body. */
  readonly text: string;
}

/** The parts of an error that tests read. */
export interface GraphqlResponseError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly requestId: string; readonly [key: string]: unknown };
}

/** A gateway on a real socket, in this process. */
export interface TestGateway extends AsyncDisposable {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Undefined if metrics are off. */
  readonly metricsUrl: string | undefined;
  /** Requests that are executed, and the bytes that bodies and responses hold. */
  readonly usage: RunningServer['usage'];
  /** Every line that it has logged, at every level. */
  readonly log: readonly string[];
  /** Sends one operation as a POST; the credential is `Galileo-API-Key: test-key` unless `headers` has one. */
  query<Data, Variables>(
    document: TypedDocumentNode<Data, Variables> | string,
    variables?: Variables,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphqlResponse<Data>>;
  /** Resolves to whether all running requests were completed in time. */
  drain(): Promise<boolean>;
}

/** Starts a gateway on a free port in front of that upstream; settings are written as in the environment. */
export async function startGateway(
  upstreamUrl: string,
  settings: Readonly<Partial<Record<SettingName, string>>> = {},
  options: Pick<ServerOptions, 'demoHeaders' | 'pages' | 'allowedHosts' | 'plugins'> = {},
): Promise<TestGateway> {
  const log: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(chunk.toString());
      done();
    },
  });
  const config = readConfig({}, { port: '0', galileoApiUrl: upstreamUrl, logLevel: 'trace', ...settings });
  // The behaviour suites also run with a plugin that does nothing, which sends every request through graphql-yoga.
  const plugins = options.plugins ?? (process.env['GATEWAY_PIPELINE'] === 'yoga' ? [{}] : []);
  const server = await startServer({
    ...options,
    plugins,
    config,
    log: createLog(config.logLevel, destination),
  });
  const url = `${server.url}${config.basePath}/graphql`;
  return {
    url,
    metricsUrl: server.metricsUrl,
    get usage() {
      return server.usage;
    },
    log,
    query: (document, variables, headers = { 'Galileo-API-Key': 'test-key' }) =>
      sendOperation(url, document, variables, headers),
    drain: () => server.drain(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function sendOperation<Data>(
  url: string,
  document: TypedDocumentNode<Data, never> | string,
  variables: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<GraphqlResponse<Data>> {
  const query = typeof document === 'string' ? document : print(document);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text) as {
    data?: Data | null;
    errors?: readonly GraphqlResponseError[];
  };
  return { status: response.status, headers: response.headers, data, errors, text };
}
