import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { demoKeys } from '../sandbox/demo-keys.ts';
import { type SettingName, settings, toFlag, toVariable } from '../src/config.ts';
import { getFreePorts } from './support/free-port.ts';
import { parseBody, send } from './support/http-client.ts';
import { listen } from './support/listen.ts';
import { runProgram, startProgram } from './support/program.ts';

const commands = ['serve', 'demo', 'sandbox', 'print-schema', 'check-config', 'check-upstream'];
const names = Object.keys(settings) as SettingName[];
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const runFile = promisify(execFile);
/** An address that must not be called. Connections to it are refused. */
const noNetwork = { GALILEO_API_URL: 'http://127.0.0.1:9' };
const trusted = fileURLToPath(new URL('../client/generated/persisted-documents.json', import.meta.url));
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ family }) => family === 'IPv6'),
);

describe('--help and --version', () => {
  it('--help works on every level, with exit code 0', async () => {
    const levels = [[], ...commands.map((command) => [command])];
    await Promise.all(
      levels.map(async (level) => {
        const help = await runProgram([...level, '--help'], { PORT: 'faulty' });
        expect(help).toMatchObject({ code: 0, stderr: '' });
        expect(help.stdout).toContain('Usage: galileo-gateway');
        const printed = await runProgram([...level, '--version']);
        expect(printed).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
      }),
    );
  });

  it('the command help prints the same as --help', async () => {
    const [all, ofServe] = await Promise.all([runProgram(['help']), runProgram(['help', 'serve'])]);
    expect(all).toEqual(await runProgram(['--help']));
    expect(ofServe).toEqual(await runProgram(['serve', '--help']));
  });

  it('--help lists every flag of serve and demo with its variable', async () => {
    for (const command of ['serve', 'demo']) {
      const { stdout } = await runProgram([command, '--help']);
      const text = stdout.replace(/\s+/g, ' ');
      for (const name of names) {
        expect(text).toContain(`${toFlag(name)} <`);
        expect(text).toContain(`Variable ${toVariable(name)}`);
      }
    }
  });
});

describe('the defaults in --help', () => {
  it.each([
    ['serve', 'GRAPHIQL', 'on, off in production'],
    ['serve', 'INTROSPECTION', 'on, off in production'],
    ['serve', 'LOG_LEVEL', 'info'],
    ['serve', 'METRICS_PORT', 'off'],
    ['demo', 'GRAPHIQL', 'on'],
    ['demo', 'INTROSPECTION', 'on'],
    ['demo', 'LOG_LEVEL', 'warn'],
    ['demo', 'PORT', '4000'],
  ])('%s --help says that %s has the default %s', async (command, variable, byDefault) => {
    const { stdout } = await runProgram([command, '--help']);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`Variable ${variable}; default ${byDefault}. `);
  });
});

describe('an invalid command line', () => {
  it.each([
    ['an unknown command', ['server']],
    ['help for an unknown command', ['help', 'server']],
    ['an unknown flag', ['serve', '--prot', '1']],
    ['an unknown flag of the program', ['--prot']],
    ['an unknown flag of a command without settings', ['print-schema', '--sub']],
    ['a flag without its value', ['serve', '--port']],
    ['a superfluous argument', ['check-config', 'now']],
    ['an invalid value', ['sandbox', '--port', 'hunter2']],
  ])('%s causes exit code 2 and one line', async (_what, args) => {
    const { code, stdout, stderr } = await runProgram(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^galileo-gateway: .+\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('an invalid configuration', () => {
  it.each(['serve', 'demo', 'check-config'])(
    'an invalid configuration stops %s with code 2 and a line for each error',
    async (command) => {
      const { code, stdout, stderr } = await runProgram([command], {
        PORT: 'hunter2',
        MAX_DEPTH: '-1',
        CORS_ORIGINS: 'https://hunter2.example/path',
        TRUSTED_DOCUMENTS: '/nowhere/hunter2.json',
        GALILEO_API_URL: 'https://hunter2@galileo.example',
      });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      const lines = stderr.trimEnd().split('\n');
      expect(lines.map((line) => line.split(': ')[1])).toEqual([
        'PORT',
        'GALILEO_API_URL',
        'MAX_DEPTH',
        'CORS_ORIGINS',
        'TRUSTED_DOCUMENTS',
      ]);
      for (const line of lines) expect(line).toMatch(/^galileo-gateway: [A-Z_]+: expected /);
      expect(stderr).not.toContain('hunter2');
    },
  );

  it.each(['serve', 'demo'])('%s reads every setting from its flag', async (command) => {
    const { code, stderr } = await runProgram([
      command,
      ...names.flatMap((name) => [toFlag(name), '\u0001']),
    ]);
    expect(code).toBe(2);
    expect(stderr.match(/--[a-z-]+(?=: expected )/g)).toEqual(names.map(toFlag));
  });

  it('the message names the flag if the flag is invalid', async () => {
    const { code, stderr } = await runProgram(['serve', '--max-depth', 'deep'], { MAX_DEPTH: '3' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^galileo-gateway: --max-depth: expected .+\n$/);
  });
});

describe('check-config', () => {
  it('check-config prints the effective configuration, one line for each variable, and exits with 0', async () => {
    const { code, stdout, stderr } = await runProgram(['check-config'], {
      MAX_DEPTH: '7',
      CORS_ORIGINS: 'https://a.example,https://b.example',
      TRUSTED_DOCUMENTS: trusted,
      NODE_ENV: 'production',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const values = Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line): [string, string] => [
          line.slice(0, line.indexOf('=')),
          line.slice(line.indexOf('=') + 1),
        ]),
    );
    expect(Object.keys(values)).toEqual(names.map(toVariable));
    expect(values).toMatchObject({
      PORT: '4000',
      MAX_DEPTH: '7',
      CORS_ORIGINS: 'https://a.example,https://b.example',
      TRUSTED_DOCUMENTS: trusted,
      GRAPHIQL: 'off',
      INTROSPECTION: 'off',
      METRICS_PORT: 'off',
      GALILEO_API_URL: 'https://api.galileo.ai/',
    });
  });

  it('check-config warns of trusted documents that the limits refuse', async () => {
    const { code, stderr } = await runProgram(['check-config'], {
      MAX_DEPTH: '1',
      TRUSTED_DOCUMENTS: trusted,
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /: document [\da-f]{64}: one of its operations will be refused: The operation exceeds the depth limit of 1\./,
    );
  });
});

describe('check-config with settings that do not fit together', () => {
  it('check-config warns if REQUEST_TIMEOUT_MS is shorter than UPSTREAM_TIMEOUT_MS, and exits with 0', async () => {
    const { code, stderr } = await runProgram(['check-config'], { REQUEST_TIMEOUT_MS: '1000' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^galileo-gateway: warning: REQUEST_TIMEOUT_MS .*UPSTREAM_TIMEOUT_MS.*\n$/);
  });

  it('check-config warns if MAX_BUFFERED_BYTES is less than MAX_REQUEST_BYTES, and exits with 0', async () => {
    const warned = await runProgram(['check-config'], { MAX_BUFFERED_BYTES: '262143' });
    expect(warned.code).toBe(0);
    expect(warned.stderr).toMatch(/^galileo-gateway: warning: MAX_BUFFERED_BYTES .*MAX_REQUEST_BYTES.*\n$/);
    const { stderr } = await runProgram(['check-config'], { MAX_BUFFERED_BYTES: '262144' });
    expect(stderr).toBe('');
  });

  it('check-config rejects trusted documents that the schema does not allow, and warns about keys that are not their hash', async () => {
    await using invalid = await writeTemporary({ one: '{ integrationProviders { nope } }', two: '{' });
    const refused = await runProgram(['check-config'], { TRUSTED_DOCUMENTS: invalid.path });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /TRUSTED_DOCUMENTS: document one: .*nope.*\n.*TRUSTED_DOCUMENTS: document two: /,
    );
    await using renamed = await writeTemporary({ [`sha256:${'0'.repeat(64)}`]: '{ __typename }' });
    const warned = await runProgram(['check-config'], { TRUSTED_DOCUMENTS: renamed.path });
    expect(warned.code).toBe(0);
    expect(warned.stderr).toMatch(
      /^galileo-gateway: warning: TRUSTED_DOCUMENTS: document 0{64}: its id is not the SHA-256 of the document/,
    );
  });

  it('check-config rejects an OTLP endpoint without a scheme, and warns about ignored OpenTelemetry values', async () => {
    const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';
    for (const text of ['127.0.0.1:4318', 'http:collector:4318']) {
      const refused = await runProgram(['check-config'], { [endpoint]: text });
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(endpoint) as string });
    }
    const warned = await runProgram(['check-config'], {
      [endpoint]: 'http://127.0.0.1:4318',
      OTEL_PROPAGATORS: 'b3',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization: Bearer hunter2',
    });
    expect(warned.code).toBe(0);
    expect(warned.stderr).toMatch(/warning: OTEL_PROPAGATORS: .*\n.*warning: OTEL_EXPORTER_OTLP_HEADERS: /);
    expect(warned.stderr).not.toContain('hunter2');
  });
});

describe('print-schema', () => {
  it('print-schema prints the committed schema without network or configuration', async () => {
    const environment = { PORT: 'faulty', ...noNetwork };
    const [api, subgraph] = await Promise.all([
      runProgram(['print-schema'], environment),
      runProgram(['print-schema', '--subgraph'], environment),
    ]);
    const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    expect(api).toEqual({ code: 0, stdout: read('schema.graphql'), stderr: '' });
    expect(subgraph).toEqual({ code: 0, stdout: read('subgraph.graphql'), stderr: '' });
  });
});

describe('serve', () => {
  it('serve picks and prints a free port for PORT=0, and a flag takes precedence over the environment', async () => {
    await using program = startProgram(['serve', '--port', '0', '--max-depth', '1'], {
      ...noNetwork,
      PORT: '1',
      MAX_DEPTH: '9',
      NODE_ENV: 'production',
    });
    const url = await program.waitFor(/"url":"(http:\/\/127\.0\.0\.1:\d+\/graphql)"/);
    const headers = { 'content-type': 'application/json' };
    const ask = (query: string) => send(url, { headers, body: JSON.stringify({ query }) });
    expect(parseBody(await ask('{ integrationProviders { name } }')).errors?.[0]?.extensions.code).toBe(
      'QUERY_TOO_COMPLEX',
    );
    // NODE_ENV=production
    expect((await ask('{ __schema { description } }')).text).toContain('GRAPHQL_VALIDATION_FAILED');
    const page = await send(url, { headers: { accept: 'text/html' } });
    expect(page.headers['content-type']).not.toContain('text/html');
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    // JSON lines on standard output, and nothing else anywhere.
    expect(program.stderr).toBe('');
    for (const line of program.stdout.trimEnd().split('\n'))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it.each(['1', '2'])('--plugins loads plugins from a module, with WORKERS=%s', async (workers) => {
    const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
    const file = join(directory, 'plugins.mjs');
    await writeFile(
      file,
      `export default [{
        onExecute: () => ({
          onExecuteDone: ({ result, setResult }) => setResult({ ...result, extensions: { from: 'plugin' } }),
        }),
      }];`,
    );
    try {
      const args = ['serve', '--plugins', file];
      await using program = startProgram(args, { ...noNetwork, PORT: '0', WORKERS: workers });
      const url = await program.waitFor(/"url":"([^"]+)"/);
      const headers = { 'content-type': 'application/json' };
      const response = await send(url, { headers, body: '{"query":"{ __typename }"}' });
      expect(JSON.parse(response.text)).toEqual({
        data: { __typename: 'Query' },
        extensions: { from: 'plugin' },
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each([
    ['is missing', '/nowhere/plugins.mjs'],
    ['exports something else', fileURLToPath(new URL('../dist/src/json.js', import.meta.url))],
  ])('a module for --plugins that %s prevents the start with code 2 and one line', async (_reason, file) => {
    const { code, stderr } = await runProgram(['serve', '--plugins', file], noNetwork);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^galileo-gateway: --plugins: .+\n$/);
    expect(stderr).not.toContain('imported from');
  });

  it.skipIf(!hasIpv6)('serve prints an IPv6 address in brackets, as in a URL', async () => {
    await using program = startProgram(['serve', '--port', '0', '--host', '::1'], noNetwork);
    const url = await program.waitFor(/"url":"(http:\/\/\[::1\]:\d+\/graphql)"/);
    expect((await fetch(new URL('/livez', url))).status).toBe(200);
  });

  it.each(['serve', 'demo', 'sandbox'])(
    '%s reports in one line that its port is in use, and exits with 1',
    async (command) => {
      const server = createServer();
      const port = String(await listen(server));
      const { code, stderr } = await runProgram([command, '--port', port], noNetwork);
      server.close();
      expect(code).toBe(1);
      expect(stderr).toBe(
        `galileo-gateway: port ${port} is already in use: set --port, or use --port 0 for a free port\n`,
      );
    },
  );

  it.each([
    ['an address of another machine', '192.0.2.1', 'does not belong to this machine'],
    ['an unknown name', 'unknown.invalid', 'does not resolve to an address of this machine'],
  ])('serve exits with 1 and one line if HOST is %s', async (_what, host, reason) => {
    const { code, stderr } = await runProgram(['serve', '--port', '0'], { ...noNetwork, HOST: host });
    expect(code).toBe(1);
    expect(stderr).toBe(`galileo-gateway: the host in HOST or --host ${reason}\n`);
  });
});

describe('demo', () => {
  it('demo prints an address, a key and a curl command that returns data', async () => {
    await using program = startProgram(['demo'], { PORT: '0' });
    const url = await program.waitFor(/(http:\/\/127\.0\.0\.1:\d+\/graphql) /);
    const curl = await program.waitFor(/^ *(curl .*)$/m);
    expect(program.stdout).toMatch(/key\s+demo-key/);
    expect(curl).toContain(url);
    const { stdout } = await runFile('/bin/sh', ['-c', curl]);
    expect(JSON.parse(stdout)).toMatchObject({
      data: { integration: { __typename: 'OpenAIIntegration', name: 'OPENAI' } },
    });
    expect((await send(url, { headers: { accept: 'text/html' } })).text).toContain('demo-key');
    program.process.kill('SIGINT');
    expect(await program.exit).toBe(0);
  });

  it('no listener of demo serves a request with another Host, as protection against DNS rebinding', async () => {
    await using program = startProgram(['demo'], { PORT: '0' });
    await program.waitFor(/Try it/);
    const origins = new Set(program.stdout.match(/http:\/\/127\.0\.0\.1:\d+/g));
    expect(origins.size).toBe(2);
    for (const origin of origins) {
      const path = '/public/v2/openapi.json';
      const get = (host: string) => send(origin, { path, headers: { host } });
      expect((await get('evil.example')).status).toBe(403);
      expect((await get('localhost')).status).not.toBe(403);
    }
  });

  it('demo serves GraphiQL and the schema even with NODE_ENV=production', async () => {
    await using program = startProgram(['demo'], { PORT: '0', NODE_ENV: 'production' });
    const url = await program.waitFor(/(http:\/\/127\.0\.0\.1:\d+\/graphql) /);
    expect((await send(url, { headers: { accept: 'text/html' } })).text).toContain('demo-key');
    const query = encodeURIComponent('{ __schema { queryType { name } } }');
    expect((await send(url, { path: `/graphql?query=${query}` })).text).toContain(
      '"queryType":{"name":"Query"}',
    );
  });

  it('demo prints no curl command with trusted documents', async () => {
    await using program = startProgram(['demo', '--trusted-documents', trusted], { PORT: '0' });
    await program.waitFor(/Ctrl\+C/);
    expect(program.stdout).not.toContain('curl');
    expect(program.stdout).not.toContain('press the run button');
    expect(program.stdout).toContain('documentId');
  });

  it('demo names the command for another upstream if the environment or a flag sets one', async () => {
    await using byVariable = startProgram(['demo'], { PORT: '0', ...noNetwork });
    await using byFlag = startProgram([
      'demo',
      '--port',
      '0',
      '--galileo-api-url',
      'https://galileo.example',
    ]);
    await using untold = startProgram(['demo'], { PORT: '0', GALILEO_API_URL: '' });
    for (const program of [byVariable, byFlag, untold]) await program.waitFor(/Ctrl\+C/);
    expect(byVariable.stdout).toMatch(/^ +Upstream .*galileo-gateway serve/m);
    expect(byFlag.stdout).toMatch(/^ +Upstream .*galileo-gateway serve/m);
    expect(untold.stdout).not.toContain('galileo-gateway serve');
  });

  it.each(hasIpv6 ? ['0.0.0.0', '::'] : ['0.0.0.0'])(
    'demo prints addresses that can be opened on this machine if it listens on all interfaces, as %s',
    async (host) => {
      await using program = startProgram(['demo', '--port', '0', '--host', host]);
      await program.waitFor(/Ctrl\+C/);
      expect(program.stdout).toContain('all interfaces');
      expect(program.stdout).not.toMatch(/0\.0\.0\.0|\[::\]/);
      const url = await program.waitFor(/GraphiQL +(http:\/\/127\.0\.0\.1:\d+\/graphql) /);
      expect(await program.waitFor(/Settings +(http:\S+) /)).toBe(new URL('/settings', url).href);
      const response = await send(url, { path: '/graphql?query={__typename}' });
      expect(response.text).toBe('{"data":{"__typename":"Query"}}');
    },
  );

  it('demo uses stable ports next to its own, with a landing page at / that links to everything', async () => {
    const port = await getFreePorts(2);
    await using program = startProgram(['demo', '--port', String(port)]);
    const page = await program.waitFor(/Settings +(http:\S+)/);
    await program.waitFor(/Ctrl\+C/);
    expect(page).toBe(`http://127.0.0.1:${port}/settings`);
    expect(program.stdout).toContain(`a sandbox at http://127.0.0.1:${port + 1},`);
    const landing = await send(`http://127.0.0.1:${port}`, { path: '/' });
    expect(landing).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    // Paths, because other machines can have another name for this one.
    expect(landing.text).toContain('href="/graphql"');
    expect(landing.text).toContain('href="/settings"');
    for (const key of Object.keys(demoKeys)) {
      expect(landing.text).toContain(`<code>${key}</code>`);
      expect(program.stdout).toContain(key);
    }
  });

  it('demo says that GraphiQL is off, and prints the address of the metrics', async () => {
    await using program = startProgram(['demo', '--port', '0'], { GRAPHIQL: 'off', METRICS_PORT: '0' });
    const settings = await program.waitFor(/GraphiQL +off\n +Settings +(http:\S+)/);
    const metrics = await program.waitFor(/Metrics +(http:\S+)/);
    expect((await send(metrics, { path: '/metrics' })).status).toBe(200);
    expect((await send(settings, { path: '/' })).text).not.toContain('GraphiQL');
  });

  it('demo refuses requests whose Host is not a name of this machine', async () => {
    await using program = startProgram(['demo'], { PORT: '0' });
    const url = await program.waitFor(/GraphiQL +(http:\S+)/);
    const { port } = new URL(url);
    const ask = (host: string, path: string) => send(url, { path, headers: { host, accept: 'text/html' } });
    for (const path of ['/', '/graphql', '/graphql?query={__typename}']) {
      expect((await ask(`evil.example:${port}`, path)).status).toBe(403);
      expect((await ask(`localhost:${port}`, path)).status).toBe(200);
    }
  });

  it('demo does not mention interfaces if it listens on one address', async () => {
    await using program = startProgram(['demo'], { PORT: '0' });
    await program.waitFor(/Ctrl\+C/);
    expect(program.stdout).not.toContain('all interfaces');
  });

  it.each(['/', '/api'])(
    'demo serves the settings page and its files below the base path %s',
    async (base) => {
      await using program = startProgram(['demo', '--base-path', base], { PORT: '0' });
      const url = await program.waitFor(/Settings\s+(http:\S+)/);
      const { origin, pathname } = new URL(url);
      const prefix = base === '/' ? '' : base;
      expect(pathname).toBe(`${prefix}/settings`);
      const response = await send(origin, { path: pathname });
      expect(response).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
      });
      expect(response.text).toContain('demo-key');
      expect(response.text).toContain(`&quot;endpoint&quot;:&quot;${prefix}/graphql&quot;`);
      const [, script = ''] = /src="\.(\/assets\/[^"]+)"/.exec(response.text) ?? [];
      expect(await send(origin, { path: prefix + script })).toMatchObject({ status: 200 });
      for (const [method, path] of [
        ['GET', '/other'],
        ['GET', `${prefix}/assets/../index.html`],
        ['POST', pathname],
      ] as const) {
        expect(await send(origin, { method, path })).toMatchObject({ status: 404, text: 'not found\n' });
      }
    },
  );
});

describe('sandbox', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'sandbox prints its address and its key, and exits with 0 after %s',
    async (signal) => {
      await using program = startProgram(['sandbox', '--port', '0']);
      const url = await program.waitFor(/^sandbox upstream at (http:\/\/\S+), API key demo-key\n/);
      const response = await send(url, {
        path: '/v2/integrations/openai',
        headers: { 'galileo-api-key': 'demo-key' },
      });
      expect(response.status).toBe(200);
      program.process.kill(signal);
      expect(await program.exit).toBe(0);
      expect(program.stderr).toBe('');
    },
  );
});

/** A JSON file that is removed with its scope. */
async function writeTemporary(content: unknown): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
  const path = join(directory, 'file.json');
  await writeFile(path, JSON.stringify(content));
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}
