import { describe, expect, it } from 'vitest';
import { integrationFixtures } from './fixtures/integrations.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { getCodes, openConnection, parseBody, send } from './support/http-client.ts';
import { type Program, startProgram } from './support/program.ts';

const path = '/v2/integrations/openai';
const read = {
  headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
  body: '{"query":"{ integration(name: OPENAI) { name } }"}',
};

interface Held {
  readonly upstream: FakeUpstream;
  /** Resolves when upstream has received a call, with a function that responds to it. */
  readonly arrived: Promise<() => void>;
}

async function startHoldingUpstream(): Promise<Held> {
  const upstream = await startFakeUpstream();
  const arrived = new Promise<() => void>((resolve) => {
    upstream.on('GET', path, (_call, response) => {
      resolve(() =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(integrationFixtures.openai.full)),
      );
    });
  });
  return { upstream, arrived };
}

const serve = (upstream: FakeUpstream, settings: Record<string, string> = {}): Program =>
  startProgram(['serve'], { PORT: '0', GALILEO_API_URL: upstream.url, ...settings });

const getUrl = (program: Program): Promise<string> => program.waitFor(/"url":"([^"]+)"/);

describe.each(['SIGTERM', 'SIGINT'] as const)('after %s', (signal) => {
  it(`after ${signal}, draining completes running requests, refuses new ones with 503, closes idle sockets and exits with 0`, async () => {
    const { upstream, arrived } = await startHoldingUpstream();
    await using _upstream = upstream;
    await using program = serve(upstream);
    const url = await getUrl(program);
    using idle = await openConnection(url);
    idle.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    await idle.waitFor(/alive/);
    expect((await send(url, { path: '/readyz' })).status).toBe(200);
    const running = send(url, read);
    const response = await arrived;

    program.process.kill(signal);
    await program.waitFor(/"draining"/);
    await idle.closed;

    const ready = await send(url, { path: '/readyz' });
    expect(ready.status).toBe(503);
    expect((await send(url, { path: '/livez' })).status).toBe(200);
    const refused = await send(url, read);
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(refused.headers.connection).toBe('close');
    expect(getCodes(refused)).toEqual(['OVERLOADED']);
    expect(program.process.exitCode).toBeNull();

    response();
    expect(parseBody(await running)).toEqual({ data: { integration: { name: 'OPENAI' } } });
    expect(await program.exit).toBe(0);
    expect(upstream.calls).toHaveLength(1);
  });

  it(`after ${signal}, the process exits immediately with 0 if no request is running, regardless of open sockets`, async () => {
    await using upstream = await startFakeUpstream();
    await using program = serve(upstream, { SHUTDOWN_TIMEOUT_MS: '60000' });
    const url = await getUrl(program);
    using idle = await openConnection(url);
    idle.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    await idle.waitFor(/alive/);
    using silent = await openConnection(url);
    using halfway = await openConnection(url);
    halfway.write('POST /graphql HTTP/1.1\r\nhost');
    program.process.kill(signal);
    expect(await program.exit).toBe(0);
    await Promise.all([idle.closed, silent.closed, halfway.closed]);
  });
});

it('for SHUTDOWN_DELAY_MS, the process is not ready but still accepts requests', async () => {
  await using upstream = await startFakeUpstream();
  upstream.on('GET', path, { json: integrationFixtures.openai.full });
  await using program = serve(upstream, { SHUTDOWN_DELAY_MS: '3000' });
  const url = await getUrl(program);
  const signalledAtMs = performance.now();
  program.process.kill('SIGTERM');
  await program.waitFor(/"draining"/);
  expect((await send(url, { path: '/readyz' })).status).toBe(503);
  expect(parseBody(await send(url, read))).toEqual({ data: { integration: { name: 'OPENAI' } } });
  expect(await program.exit).toBe(0);
  expect(performance.now() - signalledAtMs).toBeGreaterThan(2_990);
});

it('after SHUTDOWN_TIMEOUT_MS, the process cuts off running requests and exits with 1', async () => {
  const { upstream, arrived } = await startHoldingUpstream();
  await using _upstream = upstream;
  await using program = serve(upstream, { SHUTDOWN_TIMEOUT_MS: '200' });
  const url = await getUrl(program);
  const running = send(url, read).catch(() => 'cut off');
  await arrived;
  program.process.kill('SIGTERM');
  expect(await program.exit).toBe(1);
  expect(await running).toBe('cut off');
  expect(program.stdout).toMatch(/"level":"warn".*"complete":false,"msg":"ended"/);
});

it('a second signal ends the process immediately with 1', async () => {
  const { upstream, arrived } = await startHoldingUpstream();
  await using _upstream = upstream;
  await using program = serve(upstream, { SHUTDOWN_TIMEOUT_MS: '60000' });
  const url = await getUrl(program);
  const running = send(url, read).catch(() => 'cut off');
  await arrived;
  program.process.kill('SIGTERM');
  await program.waitFor(/"draining"/);
  program.process.kill('SIGINT');
  expect(await program.exit).toBe(1);
  expect(await running).toBe('cut off');
});
