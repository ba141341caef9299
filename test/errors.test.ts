import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { toErrorPayload } from '../src/resolvers/errors.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { toPath } from './support/naming.ts';
import { startStack } from './support/stack.ts';

type Reply = Parameters<Awaited<ReturnType<typeof startStack>>['upstream']['on']>[2];

interface Failure {
  readonly code: string;
  readonly retryable: boolean;
  readonly message?: string;
  readonly retryAfterMs?: unknown;
  /** Undefined if upstream sent no response. */
  readonly upstreamStatus?: number;
  readonly galileoErrorCode?: number;
}

const html = { headers: { 'content-type': 'text/html' }, body: '<html><h1>Bad Gateway</h1></html>' };
const standardError = {
  standard_error: {
    error_code: 1006,
    error_type: 'invalid_request',
    message: 'The integration is broken.',
    user_action: 'Ask support.',
    retriable: true,
    details: { sql: 'SELECT secret' },
  },
};

const requestId = 'request-1';
const headers = { 'galileo-api-key': 'test-key', 'x-request-id': requestId };

/** Reads an integration with this response from upstream, and another one successfully. */
async function read(reply: Reply, settings: Parameters<typeof startStack>[0] = { upstreamRetries: '0' }) {
  await using stack = await startStack(settings);
  const { gateway, upstream } = stack;
  upstream
    .on('GET', toPath('openai'), reply)
    .on('GET', toPath('azure'), { json: integrationFixtures.azure.full });
  const response = await gateway.query(
    '{ integration(name: OPENAI) { id } integrations(names: [AZURE]) { name } }',
    {},
    headers,
  );
  return {
    ...response,
    callCount: upstream.callsTo('GET', toPath('openai')).length,
    log: gateway.log.join(''),
  };
}

/** Upserts with this response from upstream. */
async function write(
  reply: Reply,
  input: object = { endpoint: 'e' },
  sent: Readonly<Record<string, string>> = headers,
) {
  await using stack = await startStack();
  const { gateway, upstream } = stack;
  upstream.on('PUT', toPath('custom'), reply);
  const response = await gateway.query(
    'mutation ($input: UpsertCustomIntegrationInput!) { upsertCustomIntegration(input: $input) { __typename } }',
    { input },
    sent,
  );
  return { ...response, callCount: upstream.calls.length, log: gateway.log.join('') };
}

/** The exact error that a client receives, with only the documented extensions. */
function toError(path: string, { message, ...extensions }: Failure) {
  return {
    message: message ?? (expect.stringMatching(/^Galileo [^\n]{10,150}\.$/) as string),
    path: [path],
    locations: expect.any(Array) as unknown[],
    extensions: { ...extensions, requestId },
  };
}

const withDetail = (status: number, detail = 'In words.') => ({ status, json: { detail } });

/** A response in upstream's second error form; `retriable` is true. */
const withStandardError = (status: number, code: number) => ({
  status,
  json: {
    standard_error: {
      error_code: code,
      error_type: 'integration_error',
      message: 'The provider says no.',
      user_action: 'Check the key.',
      retriable: true,
    },
  },
});

type Case = [what: string, reply: Reply, failure: Failure];

const failures: Case[] = [
  [
    '401',
    withDetail(401),
    { code: 'UNAUTHENTICATED', retryable: false, upstreamStatus: 401, message: 'In words.' },
  ],
  [
    '403',
    withDetail(403),
    { code: 'FORBIDDEN', retryable: false, upstreamStatus: 403, message: 'In words.' },
  ],
  [
    '400',
    withDetail(400),
    { code: 'BAD_USER_INPUT', retryable: false, upstreamStatus: 400, message: 'In words.' },
  ],
  [
    '409',
    withDetail(409),
    { code: 'BAD_USER_INPUT', retryable: false, upstreamStatus: 409, message: 'In words.' },
  ],
  [
    '418',
    withDetail(418),
    { code: 'UPSTREAM_ERROR', retryable: false, upstreamStatus: 418, message: 'In words.' },
  ],
  [
    '429',
    withDetail(429),
    { code: 'RATE_LIMITED', retryable: true, upstreamStatus: 429, message: 'In words.' },
  ],
  [
    '429 with Retry-After in seconds',
    { status: 429, headers: { 'retry-after': '7' } },
    { code: 'RATE_LIMITED', retryable: true, upstreamStatus: 429, retryAfterMs: 7000 },
  ],
  [
    '429 with Retry-After 0',
    { status: 429, headers: { 'retry-after': '0' } },
    { code: 'RATE_LIMITED', retryable: true, upstreamStatus: 429, retryAfterMs: 0 },
  ],
  [
    '429 with Retry-After as a date that has passed',
    { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    { code: 'RATE_LIMITED', retryable: true, upstreamStatus: 429, retryAfterMs: 0 },
  ],
  [
    '429 with a malformed Retry-After',
    { status: 429, headers: { 'retry-after': 'soon' } },
    { code: 'RATE_LIMITED', retryable: true, upstreamStatus: 429 },
  ],
  [
    '500',
    withDetail(500),
    { code: 'UPSTREAM_ERROR', retryable: true, upstreamStatus: 500, message: 'In words.' },
  ],
  ['500 without a body', { status: 500 }, { code: 'UPSTREAM_ERROR', retryable: true, upstreamStatus: 500 }],
  [
    '500 with a standard error',
    { status: 500, json: standardError },
    {
      code: 'UPSTREAM_ERROR',
      retryable: true,
      upstreamStatus: 500,
      galileoErrorCode: 1006,
      message: 'The integration is broken.',
    },
  ],
  [
    '403 with a standard error',
    { status: 403, json: standardError },
    {
      code: 'FORBIDDEN',
      retryable: false,
      upstreamStatus: 403,
      galileoErrorCode: 1006,
      message: 'The integration is broken.',
    },
  ],
  [
    '503',
    { status: 503, headers: { 'retry-after': '3' }, json: { detail: 'Closed.' } },
    {
      code: 'UPSTREAM_UNAVAILABLE',
      retryable: true,
      upstreamStatus: 503,
      retryAfterMs: 3000,
      message: 'Closed.',
    },
  ],
  [
    'a redirect',
    { status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' }, json: { detail: 'Over there.' } },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 307 },
  ],
  [
    '200 with a provider error',
    withStandardError(200, 7000),
    {
      code: 'PROVIDER_ERROR',
      retryable: true,
      upstreamStatus: 200,
      galileoErrorCode: 7000,
      message: 'The provider says no.',
    },
  ],
  [
    '200 with another standard error',
    withStandardError(200, 7007),
    {
      code: 'BAD_USER_INPUT',
      retryable: false,
      upstreamStatus: 200,
      galileoErrorCode: 7007,
      message: 'The provider says no.',
    },
  ],
  ['an empty 200', {}, { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 }],
  ['a 204', { status: 204 }, { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 204 }],
  [
    'a JSON array',
    { json: [{}] },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
  [
    'a JSON null',
    { json: null },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
  [
    'a JSON string',
    { json: 'x' },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
  [
    'truncated JSON',
    { headers: { 'content-type': 'application/json' }, body: '{"name":"openai","id":"0000' },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
  [
    'JSON with another content type',
    { headers: { 'content-type': 'text/plain' }, body: '{"name":"openai"}' },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
  [
    'JSON without a content type',
    { body: '{"name":"openai"}' },
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
  [
    'HTML with status 200',
    html,
    { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 200 },
  ],
];

const unavailable = { code: 'UPSTREAM_UNAVAILABLE', retryable: true };
const unknown = { code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false };

describe('a read that upstream fails', () => {
  it.each([
    ...failures,
    [
      '422',
      withDetail(422),
      { code: 'BAD_USER_INPUT', retryable: false, upstreamStatus: 422, message: 'In words.' },
    ],
    [
      '422 with a list',
      {
        status: 422,
        json: {
          detail: [
            { loc: ['path', 'name'], msg: 'One.', type: 'enum' },
            { msg: 'Two.' },
            { message: 'Three.' },
            { error: 'Four.' },
          ],
        },
      },
      {
        code: 'BAD_USER_INPUT',
        retryable: false,
        upstreamStatus: 422,
        message: 'One.; Two.; Three.; Four.',
      },
    ],
    ['an HTML 502', { ...html, status: 502 }, { ...unavailable, upstreamStatus: 502 }],
    ['504', { status: 504, json: {} }, { ...unavailable, upstreamStatus: 504 }],
    ['a reset', (_call, response) => void response.destroy(), unavailable],
  ] satisfies Case[])(
    'a failed read has the code of its failure and affects only its field, and the HTTP status is 200: %s',
    async (_what, reply, failure) => {
      const { status, data, errors, callCount, log } = await read(reply);
      expect(status).toBe(200);
      expect(data).toEqual({ integration: null, integrations: [{ name: 'AZURE' }] });
      expect(errors).toEqual([toError('integration', failure)]);
      expect(callCount).toBe(1);
      expect(log).not.toMatch(/SELECT secret|<h1>/);
    },
  );

  it.each<[string, Reply]>([
    ['404 with a detail', withDetail(404)],
    ['404 with a standard error', { status: 404, json: standardError }],
    ['400 with the code 7012', withStandardError(400, 7012)],
    ['200 with the code 7012', withStandardError(200, 7012)],
  ])('a read is null without an error if the integration is not configured: %s', async (_what, reply) => {
    const { status, data, errors, callCount } = await read(reply);
    expect(status).toBe(200);
    expect(data).toMatchObject({ integration: null });
    expect(errors).toEqual([]);
    expect(callCount).toBe(1);
  });

  it.each<[string, Reply]>([
    ['HTML', { ...html, status: 404 }],
    ['nothing', { status: 404 }],
    ['JSON without detail and standard_error', { status: 404, json: { error: 'no such tenant' } }],
    ['a JSON string', { status: 404, json: 'detail' }],
  ])(
    'a 404 that the API does not send is UPSTREAM_INVALID_RESPONSE and logged at level warn: %s',
    async (_what, reply) => {
      const { data, errors, callCount, log } = await read(reply);
      expect(data).toMatchObject({ integration: null });
      expect(errors).toEqual([
        toError('integration', {
          code: 'UPSTREAM_INVALID_RESPONSE',
          retryable: false,
          upstreamStatus: 404,
        }),
      ]);
      expect(callCount).toBe(1);
      expect(log).toMatch(/"level":(?:40|"warn")[^\n]*"status":404/);
    },
  );

  it('a read is never retried if upstream reports a provider error with any status', async () => {
    for (const status of [200, 403, 429, 500, 502, 503, 504]) {
      const reply = withStandardError(status, 7003);
      const { callCount, errors } = await read({ ...reply, headers: { 'retry-after': '0' } }, {});
      expect(errors).toMatchObject([
        {
          extensions: {
            code: 'PROVIDER_ERROR',
            galileoErrorCode: 7003,
            retryable: true,
            upstreamStatus: status,
          },
        },
      ]);
      expect(callCount).toBe(1);
    }
  });

  it.each<[string, Reply, number]>([
    ['502 three times', { ...html, status: 502 }, 3],
    ['503 three times', { status: 503 }, 3],
    ['504 three times', { status: 504 }, 3],
    ['a reset three times', (_call, response) => void response.destroy(), 3],
    ['429 with Retry-After 0 three times', { status: 429, headers: { 'retry-after': '0' } }, 3],
    [
      '429 once, if Retry-After exceeds the remaining time',
      { status: 429, headers: { 'retry-after': '60' } },
      1,
    ],
    ['429 once, without Retry-After', { status: 429 }, 1],
    ['401 once', { status: 401 }, 1],
    ['404 once', { status: 404 }, 1],
    ['422 once', { status: 422 }, 1],
    ['500 once', { status: 500 }, 1],
    ['HTML once', html, 1],
    ['a redirect once', { status: 302, headers: { location: '/v2/integrations/azure' } }, 1],
  ])('a read is retried if that can help: %s', async (_what, reply, calls) => {
    expect(await read(reply, {})).toMatchObject({ status: 200, callCount: calls });
  });

  it('an error that is not retryable has no retryAfterMs', async () => {
    const { errors } = await read({ status: 409, headers: { 'retry-after': '3' }, json: { detail: 'No.' } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
    expect(errors[0]?.extensions).not.toHaveProperty('retryAfterMs');
  });

  it('retryAfterMs is the time until the date in Retry-After', async () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
    const { errors } = await read({ status: 429, headers: { 'retry-after': inTenSeconds } });
    const retryAfterMs = Number(errors[0]?.extensions['retryAfterMs']);
    expect(retryAfterMs).toBeGreaterThan(5_000);
    expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  });
});

describe('a write that upstream fails', () => {
  it.each([
    ...failures,
    [
      '404',
      withDetail(404),
      { code: 'NOT_FOUND', retryable: false, upstreamStatus: 404, message: 'In words.' },
    ],
    [
      'an HTML 404',
      { ...html, status: 404 },
      { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 404 },
    ],
    [
      '502 with a provider error',
      withStandardError(502, 7000),
      {
        code: 'PROVIDER_ERROR',
        retryable: true,
        upstreamStatus: 502,
        galileoErrorCode: 7000,
        message: 'The provider says no.',
      },
    ],
    ['an HTML 502', { ...html, status: 502 }, { ...unknown, upstreamStatus: 502 }],
    ['504', { status: 504, json: {} }, { ...unknown, upstreamStatus: 504 }],
    [
      'a reset',
      (_call, response) => void response.destroy(),
      { ...unknown, message: expect.stringContaining('may or may not') as string },
    ],
  ] satisfies Case[])(
    'a write that upstream fails has its code, and is never retried: %s',
    async (_what, reply, failure) => {
      const { status, data, errors, callCount, log } = await write(reply);
      expect(status).toBe(200);
      expect(data).toEqual({ upsertCustomIntegration: null });
      expect(errors).toEqual([toError('upsertCustomIntegration', failure)]);
      expect(callCount).toBe(1);
      expect(log).not.toMatch(/SELECT secret|<h1>/);
    },
  );
});

/** The message that the caller of a read receives for this `detail` of upstream. */
async function getMessage(detail: string): Promise<string | undefined> {
  const { errors } = await read(withDetail(400, detail));
  return errors[0]?.message;
}

describe('a message from upstream', () => {
  it.each([
    ['  One line. \n', 'One line.'],
    ['Value error, the endpoint is missing', 'the endpoint is missing'],
    ['The first.\nThe second.\r\nat /app/main.py:12', 'The first.'],
    ['The first.\rThe second.', 'The first.'],
    ['Failed: Traceback (most recent call last): File "/app/main.py", line 1', 'Failed:'],
    ['Ünïcode, "quotes" & <tags>', 'Ünïcode, "quotes" & <tags>'],
    ['x'.repeat(100_000), `${'x'.repeat(500)}…`],
    [`${'x'.repeat(499)}🔑🔑`, expect.not.stringMatching(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/)],
  ])('a message from upstream is one line of limited length: %j', async (detail, message) => {
    expect(await getMessage(detail)).toEqual(message);
  });

  it('a message from upstream is found in standard_error if the detail is empty', async () => {
    const json = { detail: '', standard_error: { message: 'In words.' } };
    const { errors } = await read({ status: 400, json });
    expect(errors[0]?.message).toBe('In words.');
  });

  it.each(['', '  \n ', 'Traceback (most recent call last):\n  File "/app/main.py", line 1'])(
    'a message from upstream that is empty or a stack is replaced by the gateway’s own: %j',
    async (detail) => {
      expect(await getMessage(detail)).toBe('Galileo rejected the request as invalid.');
    },
  );

  const secrets = {
    token: 'tök"en/with\\marks & spaces',
    apiKeyValue: 'api+key=value~secret',
    header: "header 'value'\nof two lines",
    password: 'pass:word ü',
    apiKey: 'galileo-key-1',
  };
  const basic = Buffer.from(`user:${secrets.password}`).toString('base64');
  const input = {
    endpoint: 'e',
    token: secrets.token,
    apiKeyValue: secrets.apiKeyValue,
    headers: [{ key: 'X', value: secrets.header }],
  };
  const sent = { ...headers, 'galileo-api-key': secrets.apiKey, authorization: `Basic ${basic}` };

  const forms: Readonly<Record<string, (secret: string) => string>> = {
    unchanged: (secret) => secret,
    'in JSON': (secret) => JSON.stringify(secret).slice(1, -1),
    'in JSON with only ASCII': (secret) =>
      JSON.stringify(secret)
        .slice(1, -1)
        .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'in a URL': encodeURIComponent,
    'in a URL, in lower case': (secret) =>
      encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    'in a URL as Python writes it': (secret) =>
      encodeURIComponent(secret).replace(/'/g, '%27').replace(/%2F/g, '/'),
    'in a form': (secret) => new URLSearchParams({ secret }).toString().slice('secret='.length),
    'in base64 without padding': (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    'in base64 for URLs': (secret) => Buffer.from(secret).toString('base64url'),
    'several times': (secret) => secret.repeat(3),
  };

  it.each(Object.entries(forms))(
    'a message from upstream contains no secret of the request, %s',
    async (_form, encode) => {
      for (const secret of [...Object.values(secrets), basic, `Basic ${basic}`, `user:${secrets.password}`]) {
        const { errors } = await write(
          withDetail(400, `Refused: <${encode(secret)}> is wrong.`),
          input,
          sent,
        );
        expect(errors.map(({ message }) => message)).toEqual(['Refused: <[redacted]> is wrong.']);
      }
    },
  );

  it('a message from upstream is redacted before it is shortened', async () => {
    for (const secret of Object.values(secrets)) {
      const before = 'x'.repeat(495);
      const { errors } = await write(withDetail(400, `${before} ${secret}`), input, sent);
      expect(errors.map(({ message }) => message)).toEqual([`${before} [red…`]);
    }
  });

  it('a message does not show secrets that overlap, contain each other, or are part of "[redacted]"', async () => {
    const overlapping = {
      endpoint: 'e',
      token: 'abcdef-ghijkl',
      apiKeyValue: 'ghijkl-mnopqr',
      headers: ['redacted', 'redact', 'edac', 'a', 'd', '[', 'cdef'].map((value, index) => ({
        key: `${index}`,
        value,
      })),
    };
    const { errors } = await write(withDetail(400, 'x abcdef-ghijkl-mnopqr y redacted z a bad'), overlapping);
    expect(errors[0]?.message).toBe('x [redacted] y [redacted] z [redacted] bad');
  });

  it.each<[string, string, object]>([
    ['in the document', `{ accessKeyId: "AKIA0123", roleArn: "arn:aws:iam::1:role/x" }`, {}],
    ['in a variable', '{ accessKeyId: "AKIA0123", roleArn: $arn }', { arn: 'arn:aws:iam::1:role/x' }],
  ])('a message shows the ARN of a role, which is not secret, %s', async (_where, token, variables) => {
    await using stack = await startStack();
    stack.upstream.on(
      'PUT',
      toPath('aws_bedrock'),
      withDetail(400, 'AKIA0123 cannot be arn:aws:iam::1:role/x.'),
    );
    const { errors } = await stack.gateway.query(
      `mutation ($arn: String) { upsertAwsBedrockIntegration(input: { token: ${token}, region: $arn }) { __typename } }`,
      variables,
    );
    expect(errors[0]?.message).toBe('[redacted] cannot be arn:aws:iam::1:role/x.');
  });

  it('a message is not shown if the request has too many secrets', async () => {
    const entries = Array.from({ length: 2_000 }, (_, index) => ({
      key: `k${index}`,
      value: `value-${index}`,
    }));
    const { errors } = await write(withDetail(400, 'See value-1234.'), { endpoint: 'e', headers: entries });
    expect(errors).toMatchObject([{ message: '[redacted]', extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('a message does not show a header value, whether upstream reads it as UTF-8 or as Latin-1', async () => {
    const key = 'clé-secrète';
    const asLatin1 = Buffer.from(key, 'utf8').toString('latin1');
    const { errors } = await write(
      withDetail(401, `Not ${key}, and not ${asLatin1}.`),
      { endpoint: 'e' },
      {
        'galileo-api-key': asLatin1,
      },
    );
    expect(errors[0]?.message).toBe('Not [redacted], and not [redacted].');
  });

  it.each([
    ['base64', (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')],
    ['base64 for URLs', (bytes: Buffer) => bytes.toString('base64url')],
    ['a URL', (bytes: Buffer) => bytes.toString('latin1').replaceAll('é', '%E9').replaceAll('þ', '%FE')],
  ])('a message does not show the bytes of a header that are not UTF-8, in %s', async (_form, encode) => {
    const key = 'cléþþþ-secret';
    const { errors } = await write(
      withDetail(401, `Not <${encode(Buffer.from(key, 'latin1'))}>.`),
      { endpoint: 'e' },
      { 'galileo-api-key': key },
    );
    expect(errors[0]?.message).toBe('Not <[redacted]>.');
  });

  it.each([
    ['URL', (url: string) => `GET ${url}/v2/integrations/openai failed`, 'GET [redacted] failed'],
    ['URL in quotes', (url: string) => `See "${url}/x?y=1#z", please`, 'See "[redacted]", please'],
    ['origin', (url: string) => `No answer from ${url}`, 'No answer from [redacted]'],
    ['origin in capitals', (url: string) => `From ${url.toUpperCase()}.`, /^From \[redacted\]\.?$/],
    [
      'origin in an encoded form',
      (url: string) => `next=${encodeURIComponent(`${url}/x`)}`,
      'next=[redacted]',
    ],
    ['origin in JSON', (url: string) => `{"url":"${url.replaceAll('/', '\\/')}"}`, '{"url":"[redacted]"}'],
    ['host', (url: string) => `(${new URL(url).host})`, '([redacted])'],
    ['path', () => 'PUT /v2/integrations/custom?x=1 is closed', 'PUT [redacted] is closed'],
  ])('a message does not show upstream’s own %s', async (_what, toDetail, message) => {
    await using stack = await startStack();
    const { gateway, upstream } = stack;
    upstream.on('GET', toPath('openai'), withDetail(400, toDetail(upstream.url)));
    const { errors, text } = await gateway.query('{ integration(name: OPENAI) { id } }');
    expect(errors[0]?.message).toMatch(message);
    if (typeof message === 'string') expect(errors[0]?.message).toBe(message);
    expect(text).not.toContain(new URL(upstream.url).host);
  });

  it('a message keeps other addresses, because they can be the caller’s input', async () => {
    const message = 'https://llm.example.test:8080/v2/models and http://127.0.0.1:1/ cannot be reached.';
    expect(await getMessage(message)).toBe(message);
  });
});

describe('a field of a response that fails', () => {
  it('a failed field has the error of its one call at every path that selects it', async () => {
    await using stack = await startStack();
    stack.upstream.on('GET', toPath('openai'), withDetail(403));
    const { data, errors } = await stack.gateway.query(
      '{ a: integration(name: OPENAI) { id } b: integrations(names: [OPENAI]) { id } c: integrationProviders(names: [OPENAI]) { integration { id } } }',
    );
    expect(data).toEqual({ a: null, b: [null], c: [{ integration: null }] });
    expect(errors.map(({ path }) => path)).toEqual(
      expect.arrayContaining([['a'], ['b', 0], ['c', 0, 'integration']]),
    );
    expect(errors).toHaveLength(3);
    expect(stack.upstream.calls).toHaveLength(1);
  });

  it('a successful write stays a success if a field of its result fails', async () => {
    await using stack = await startStack();
    const record = { ...integrationRecordFixtures.full, updated_at: 'never' };
    stack.upstream.on('PUT', toPath('custom'), { json: record });
    const { errors, text } = await stack.gateway.query(
      'mutation { upsertCustomIntegration(input: { endpoint: "e" }) { ... on UpsertIntegrationSuccess { record { updatedAt } } } }',
    );
    expect(errors).toMatchObject([
      {
        path: ['upsertCustomIntegration', 'record', 'updatedAt'],
        extensions: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false },
      },
    ]);
    expect(text).not.toContain('never');
  });
});

describe('an unexpected error in the gateway', () => {
  const error = new TypeError("Cannot read properties of undefined (reading 'https://secret.test')");

  it('an unexpected error is INTERNAL_SERVER_ERROR: the log has all details, and the response has no details', () => {
    const reported: unknown[] = [];
    const { message, extensions } = toErrorPayload(error, {
      requestId: 'id-1',
      reportError: (it) => reported.push(it),
    });

    expect(message).toBe('The gateway failed to resolve this field.');
    expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: 'id-1', retryable: false });
    expect(reported).toEqual([error]);
  });

  it('an error that graphql-js throws is INTERNAL_SERVER_ERROR too', () => {
    const reported: unknown[] = [];
    const error = new GraphQLError('Cannot return null for non-nullable field Query.secret.');
    expect(
      toErrorPayload(error, { requestId: 'id-1', reportError: (it) => reported.push(it) }),
    ).toMatchObject({
      message: 'The gateway failed to resolve this field.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(reported).toEqual([error]);
  });
});

describe('an invalid argument that only execution detects', () => {
  it('an invalid argument that only execution detects is BAD_USER_INPUT, and is not quoted', async () => {
    await using stack = await startStack();
    const { status, data, errors } = await stack.gateway.query(
      'query ($name: IntegrationName = OPENAI) { integration(name: $name) { id } }',
      { name: null },
    );
    expect(status).toBe(200);
    expect(data).toEqual({ integration: null });
    expect(errors).toMatchObject([
      { path: ['integration'], extensions: { code: 'BAD_USER_INPUT', retryable: false } },
    ]);
    expect(stack.upstream.calls).toEqual([]);
  });
});
