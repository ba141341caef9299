import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printConfig } from '../src/commands/check-config.ts';
import { ConfigError, readConfig, type SettingName, settings, toFlag, toVariable } from '../src/config.ts';

const names = Object.keys(settings) as SettingName[];

/** For each setting: accepted values with their meaning, and rejected values. */
const table: Readonly<
  Record<SettingName, { good: readonly (readonly [string, unknown])[]; bad: readonly string[] }>
> = {
  port: {
    good: [
      ['0', 0],
      ['65535', 65_535],
    ],
    bad: ['65536', '-1', '4000x', '1.5', ' 4000', '0x10'],
  },
  host: {
    good: [
      ['0.0.0.0', '0.0.0.0'],
      ['::1', '::1'],
    ],
    bad: ['a b', 'http://x', '/'],
  },
  metricsPort: { good: [['9464', 9464]], bad: ['on', '65536'] },
  galileoApiUrl: {
    good: [
      ['https://galileo.example/api/', new URL('https://galileo.example/api/')],
      [' HTTPS://[::1]:8443/%3Fa%23b\n', new URL('https://[::1]:8443/%3Fa%23b')],
    ],
    bad: [
      'galileo.example',
      'ftp://x',
      'http:galileo.example',
      'https:/galileo.example',
      'https://user:hunter2@x',
      'https://x?key=hunter2',
      'https://x?',
      'https://x#a',
      'https://x#',
    ],
  },
  upstreamHeaders: {
    good: [
      ['{"x-api-gateway-key":"hunter2"}', { 'x-api-gateway-key': 'hunter2' }],
      ['{"__proto__":"hunter2"}', Object.fromEntries([['__proto__', 'hunter2']])],
    ],
    bad: [
      'hunter2',
      '[]',
      '{"Authorization":"hunter2"}',
      '{"a b":"hunter2"}',
      '{"x":1}',
      '{"x":"hunter2","X":"b"}',
    ],
  },
  httpsProxy: {
    good: [['http://user:hunter2@proxy:3128', 'http://user:hunter2@proxy:3128']],
    bad: ['proxy', 'http:proxy:3128'],
  },
  httpProxy: {
    good: [['http://proxy:3128', 'http://proxy:3128']],
    bad: ['socks5://hunter2', 'http://user:50%off@proxy:3128'],
  },
  noProxy: { good: [['localhost,.internal', 'localhost,.internal']], bad: ['a;b'] },
  responseTimeoutMs: { good: [['1', 1]], bad: ['0'] },
  upstreamConnectionMaxAgeMs: { good: [['1', 1]], bad: ['0'] },
  maxResponseBytes: { good: [['1', 1]], bad: ['0'] },
  maxBufferedBytes: { good: [['1', 1]], bad: ['0'] },
  basePath: {
    good: [
      ['/', ''],
      ['/api', '/api'],
      ['/api/v1/', '/api/v1'],
      ['/.a/..b', '/.a/..b'],
    ],
    bad: ['api', '//', '/a b', '/a?b', '/..', '/.', '/a/../b', '/a/./'],
  },
  upstreamCaFile: { good: [], bad: ['/no/such/file', 'package.json'] },
  upstreamCertFile: { good: [], bad: ['/no/such/file', 'package.json'] },
  upstreamKeyFile: { good: [], bad: ['/no/such/file', 'package.json'] },
  trustProxy: {
    good: [
      ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
      ['::1, 2001:DB8::/32', ['::1', '2001:DB8::/32']],
    ],
    bad: ['proxy.example', '10.0.0.0/x', '999.1.1.1', '1.2.3', '10.0.0.0/33', '::/129', 'face', ':'],
  },
  requestTimeoutMs: {
    good: [
      ['1', 1],
      ['86400000', 86_400_000],
    ],
    bad: ['0', '10s', '1e4', '86400001'],
  },
  upstreamTimeoutMs: { good: [['1', 1]], bad: ['0'] },
  upstreamConnectTimeoutMs: { good: [['1', 1]], bad: ['0'] },
  upstreamConnections: { good: [['1', 1]], bad: ['0'] },
  upstreamQueue: { good: [['0', 0]], bad: ['-1'] },
  upstreamRetries: { good: [['0', 0]], bad: ['-1', 'no'] },
  upstreamMaxResponseBytes: { good: [['1', 1]], bad: ['0', '1MB'] },
  maxRequestBytes: { good: [['1', 1]], bad: ['0', '256k'] },
  maxConcurrentRequests: { good: [['1', 1]], bad: ['0'] },
  maxTokens: { good: [['1', 1]], bad: ['0'] },
  maxAliases: { good: [['0', 0]], bad: ['-1'] },
  maxDepth: { good: [['1', 1]], bad: ['0'] },
  maxEntities: { good: [['0', 0]], bad: ['-1'] },
  corsOrigins: {
    good: [
      ['https://a.example', ['https://a.example']],
      ['https://a.example, http://localhost:3000', ['https://a.example', 'http://localhost:3000']],
    ],
    bad: ['*', 'null', 'a.example', 'https://a.example/', 'https://a.example,', 'https://*.a.example/x'],
  },
  graphiql: {
    good: [
      ['on', true],
      ['off', false],
    ],
    bad: ['true', 'ON', '1'],
  },
  introspection: {
    good: [
      ['on', true],
      ['off', false],
    ],
    bad: ['false', '0'],
  },
  trustedDocuments: { good: [], bad: ['/no/such/file.json'] },
  shutdownDelayMs: { good: [['0', 0]], bad: ['-1'] },
  shutdownTimeoutMs: { good: [['0', 0]], bad: ['-1'] },
  workers: {
    good: [
      ['3', 3],
      ['auto', expect.any(Number)],
    ],
    bad: ['0', 'all'],
  },
  logLevel: {
    good: [
      ['debug', 'debug'],
      ['silent', 'silent'],
    ],
    bad: ['verbose', 'INFO'],
  },
};

function getProblems(...parameters: Parameters<typeof readConfig>): readonly string[] {
  try {
    readConfig(...parameters);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe.each(names)('the setting %s', (name) => {
  const { good, bad } = table[name];
  const variable = toVariable(name);

  it(`the setting ${name} is read from its variable and from its flag`, () => {
    for (const [text, value] of good) {
      expect(readConfig({ [variable]: text })[name]).toEqual(value);
      expect(readConfig({}, { [name]: text })[name]).toEqual(value);
    }
  });

  it('a setting has its default if the variable is missing or empty', () => {
    expect(readConfig({ [variable]: '' })[name]).toEqual(readConfig({})[name]);
  });

  it(`the flag of ${name} takes precedence over its variable`, () => {
    const [first] = good;
    const [wrong = ''] = bad;
    if (first !== undefined)
      expect(readConfig({ [variable]: wrong }, { [name]: first[0] })[name]).toEqual(first[1]);
    expect(getProblems({ [variable]: first?.[0] }, { [name]: wrong })).toEqual([
      expect.stringMatching(new RegExp(`^${toFlag(name)}: expected `)),
    ]);
  });

  it.each(bad)(
    `an invalid ${name} is rejected in one line that says what was expected and does not quote the value: "%s"`,
    (text) => {
      const [problem = '', ...others] = getProblems({ [variable]: text });
      expect(others).toEqual([]);
      expect(problem.startsWith(`${variable}: expected `)).toBe(true);
      expect(problem).not.toContain('\n');
      expect(problem).not.toContain('hunter2');
      expect(getProblems({}, { [name]: '' })).toHaveLength(1);
    },
  );
});

it.each(['0', '1025', 'all'])('the message for WORKERS=%s names every valid form', (text) => {
  expect(getProblems({ WORKERS: text })).toEqual([
    'WORKERS: expected a whole number from 1 to 1024, or "auto"',
  ]);
});

it('the configuration error lists all invalid settings', () => {
  const environment = Object.fromEntries(names.map((name) => [toVariable(name), table[name].bad[0]]));
  expect(getProblems(environment).map((problem) => problem.split(':')[0])).toEqual(names.map(toVariable));
});

it('a file of certificates is refused if one of them cannot be read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'certificates.pem');
  const valid = `# Two certificates\n${rootCertificates.slice(0, 2).join('\n# The second one\n')}\n`;
  writeFileSync(file, valid);
  expect(readConfig({ UPSTREAM_CA_FILE: file }).upstreamCaFile?.content).toBe(valid);
  for (const broken of ['AAAA\n-----END CERTIFICATE-----\n', 'AAAA', '']) {
    writeFileSync(file, `${valid}-----BEGIN CERTIFICATE-----\n${broken}`);
    expect(getProblems({ UPSTREAM_CA_FILE: file, UPSTREAM_CERT_FILE: file })).toEqual([
      expect.stringMatching(/^UPSTREAM_CA_FILE: .*the file does not contain CA certificates/),
      expect.stringMatching(/^UPSTREAM_CERT_FILE: .*the file does not contain a client certificate/),
    ]);
  }
});

it('the configuration error also lists settings that conflict, next to invalid ones', () => {
  const directory = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const keyFile = join(directory, 'key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const environment = { GRAPHIQL: 'x', PORT: '4000', METRICS_PORT: '4000', UPSTREAM_KEY_FILE: keyFile };
  expect(getProblems(environment)).toEqual([
    'GRAPHIQL: expected "on" or "off"',
    'METRICS_PORT: expected a port other than PORT',
    'UPSTREAM_CERT_FILE: expected the certificate of UPSTREAM_KEY_FILE',
  ]);
  expect(getProblems({ PORT: 'x', UPSTREAM_CERT_FILE: '/none', UPSTREAM_KEY_FILE: keyFile })).toEqual([
    expect.stringMatching(/^PORT: /),
    expect.stringMatching(/^UPSTREAM_CERT_FILE: expected the path of a PEM file with a client certificate/),
  ]);
});

it.each(
  `Galileo-API-Key splunk-ao-api-key AUTHORIZATION Proxy-Authorization Cookie Connection Keep-Alive
    Proxy-Connection Proxy-Authenticate TE Trailer Upgrade HTTP2-Settings Transfer-Encoding
    Content-Length Content-Type Content-Encoding Host Expect Accept Accept-Encoding
    User-Agent X-Request-Id traceparent tracestate baggage`.split(/\s+/),
)('UPSTREAM_HEADERS refuses a header that callers, the gateway or the connection set: %s', (name) => {
  expect(getProblems({ UPSTREAM_HEADERS: JSON.stringify({ [name]: 'hunter2' }) })).toEqual([
    `UPSTREAM_HEADERS: expected a JSON object of header names and values, but the header ${name} is set by the gateway or by callers`,
  ]);
});

it('NODE_ENV=production turns GraphiQL and introspection off, unless they are set', () => {
  const production = { NODE_ENV: 'production' };
  expect(readConfig(production)).toMatchObject({ graphiql: false, introspection: false });
  expect(readConfig({ ...production, GRAPHIQL: 'on', INTROSPECTION: 'on' })).toMatchObject({
    graphiql: true,
    introspection: true,
  });
  expect(readConfig({ NODE_ENV: 'development' })).toMatchObject({ graphiql: true, introspection: true });
});

it('a proxy variable in lower case takes precedence, even if it is empty', () => {
  const environment = { HTTP_PROXY: 'http://a.test:1', NO_PROXY: 'b.test' };
  expect(readConfig({ ...environment, http_proxy: 'http://c.test:1' }).httpProxy).toBe('http://c.test:1');
  const { httpProxy, noProxy } = readConfig({ ...environment, http_proxy: '', no_proxy: '' });
  expect([httpProxy, noProxy]).toEqual([undefined, undefined]);
  expect(getProblems({ ...environment, http_proxy: 'foo' })).toEqual([
    expect.stringMatching(/^http_proxy: /),
  ]);
});

describe('TRUSTED_DOCUMENTS', () => {
  const notDocuments =
    'the file is not a map of hashes to documents, an Apollo manifest or the operation output of Apollo Kotlin';
  it.each([
    ['{"a": ', 'the file is not JSON'],
    ['[]', notDocuments],
    ['{"hunter2\\nx": 7}', notDocuments],
    ['null', notDocuments],
  ])('an unusable file of trusted documents is rejected in one line: %s', (content, reason) => {
    const directory = mkdtempSync(join(tmpdir(), 'config-'));
    try {
      const path = join(directory, 'documents.json');
      writeFileSync(path, content);
      expect(getProblems({ TRUSTED_DOCUMENTS: path })).toEqual([
        `TRUSTED_DOCUMENTS: expected the path of a JSON file that maps hashes to documents, but ${reason}`,
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

it('the output of check-config can be used as the environment', () => {
  const printed: Record<string, string> = {};
  for (const line of printConfig(readConfig({})).trim().split('\n')) {
    const [name = '', value = ''] = line.split('=', 2);
    printed[name] = value;
  }
  expect(printed).toMatchObject({ METRICS_PORT: 'off', CORS_ORIGINS: 'off', TRUSTED_DOCUMENTS: 'off' });
  expect(readConfig(printed)).toEqual(readConfig({}));
});
