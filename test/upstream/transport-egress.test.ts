import { spawn } from 'node:child_process';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { findProxy } from '../../src/upstream/proxy.ts';
import type { TransportOptions } from '../../src/upstream/transport.ts';
import { listen } from '../support/listen.ts';
import {
  createCertificate,
  findProgram,
  startFullListener,
  startNginx,
  startSquid,
  startTinyproxy,
} from './support/programs.ts';
import {
  healthy,
  localhostCertificate,
  localhostKey,
  resetting,
  startMuteListener,
  startScriptedUpstream,
  toResponse,
} from './support/scripted-upstream.ts';
import {
  createTestTransport,
  getOutcome,
  ManualClock,
  type TestTransport,
} from './support/test-transport.ts';
import { startTunnelProxy } from './support/tunnel-proxy.ts';

const tinyproxy = findProgram('tinyproxy');
const squid = findProgram('squid');
const nginx = findProgram('nginx');
const openssl = findProgram('openssl');

/** A transport and the reasons that its calls are logged with. */
function createObserved(
  origin: URL,
  options: Partial<TransportOptions> = {},
): TestTransport & { reasons: string[] } {
  const reasons: string[] = [];
  const transport = createTestTransport(origin, {
    upstreamRetries: 0,
    observer: { callEnded: (_, { reason }) => reasons.push(reason ?? 'none') },
    ...options,
  });
  return Object.assign(transport, { reasons });
}

/** A lookup that returns the current addresses for every name. */
function createLookup(...addresses: string[]) {
  const names: string[] = [];
  const state = {
    addresses,
    names,
    lookup: ((name, _options, callback) => {
      names.push(name);
      callback(
        null,
        state.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }) satisfies TransportOptions['lookup'],
  };
  return state;
}

test('fixed headers are sent with every request, reads and writes', async () => {
  await using upstream = await startScriptedUpstream();
  await using transport = createTestTransport(upstream.origin, {
    headers: ['user-agent', 'galileo-gateway/1', 'x-gateway-key', 'k'],
  });
  await transport.read();
  await transport.write();
  for (const { head } of upstream.exchanges) {
    expect(head).toContain('\r\nuser-agent: galileo-gateway/1\r\n');
    expect(head).toContain('\r\nx-gateway-key: k\r\n');
  }
});

describe('the proxy variables', () => {
  const http = 'http://proxy.test:3128';
  const https = 'http://proxy.test:3129';

  test.each([
    ['http://api.test', { httpProxy: http, httpsProxy: https }, http],
    ['https://api.test', { httpProxy: http, httpsProxy: https }, https],
    ['https://api.test', { httpProxy: http }, http],
    ['http://api.test', { httpsProxy: https }, undefined],
    ['http://api.test', {}, undefined],
    ['http://api.test', { httpProxy: http, noProxy: '*' }, undefined],
    ['http://api.test', { httpProxy: http, noProxy: 'api.test' }, undefined],
    ['http://API.test', { httpProxy: http, noProxy: 'x Api.TEST' }, undefined],
    ['http://v1.api.test', { httpProxy: http, noProxy: 'x,api.test' }, undefined],
    ['http://v1.api.test', { httpProxy: http, noProxy: '.api.test' }, undefined],
    ['http://v1.api.test', { httpProxy: http, noProxy: '*.api.test' }, undefined],
    ['http://myapi.test', { httpProxy: http, noProxy: 'api.test' }, http],
    ['http://api.test', { httpProxy: http, noProxy: 'api.test:80' }, undefined],
    ['http://api.test', { httpProxy: http, noProxy: 'api.test:81' }, http],
    ['https://api.test', { httpProxy: http, noProxy: 'api.test:443' }, undefined],
    ['http://[::1]:5000', { httpProxy: http, noProxy: '[::1]' }, undefined],
    ['http://[::1]:5000', { httpProxy: http, noProxy: '127.0.0.1' }, http],
    ['http://127.0.0.1:5000', { httpProxy: http, noProxy: '127.0.0.1:5000' }, undefined],
  ])('for %s, the proxy variables %j choose %s', (origin, settings, expected) => {
    expect(findProxy(new URL(origin), settings)?.href).toBe(expected && `${expected}/`);
  });
});

describe('a call through a proxy', () => {
  test.skipIf(tinyproxy === undefined)(
    'through tinyproxy, http and https upstreams are reached on reused connections',
    async () => {
      await using proxy = await startTinyproxy(tinyproxy ?? '');
      const settings = { httpProxy: `http://127.0.0.1:${proxy.port}` };
      await using plain = await startScriptedUpstream();
      await using secure = await startScriptedUpstream({ tls: true });
      for (const upstream of [plain, secure]) {
        await using transport = createTestTransport(upstream.origin, {
          ...settings,
          tls: { ca: localhostCertificate },
        });
        for (const path of ['/1', '/2', '/3'])
          expect(await getOutcome(transport.read(path))).toBe(`200 ${path}`);
        expect(await getOutcome(transport.write('/w'))).toBe('200 /w');
        expect(upstream.socketCount).toBe(1);
        expect(upstream.exchanges[0]?.head).not.toMatch(/proxy/i);
        expect(proxy.readLog()).toContain(`CONNECT ${upstream.origin.host}`);
      }
    },
  );

  test.skipIf(squid === undefined)('through squid, an https upstream is reached', async () => {
    await using proxy = await startSquid(squid ?? '');
    await using upstream = await startScriptedUpstream({ tls: true });
    await using transport = createTestTransport(upstream.origin, {
      httpsProxy: `http://127.0.0.1:${proxy.port}`,
      tls: { ca: localhostCertificate },
    });
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    expect(await Promise.all(paths.map((path) => getOutcome(transport.read(path))))).toEqual(
      paths.map((path) => `200 ${path}`),
    );
    expect(upstream.socketCount).toBeLessThanOrEqual(4);
  });

  test('any 2xx of the proxy opens the tunnel', async () => {
    await using proxy = await startTunnelProxy({ status: 201 });
    await using upstream = await startScriptedUpstream();
    await using transport = createObserved(upstream.origin, { httpProxy: proxy.url });
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
  });

  test.each([
    [407, 1],
    [503, 3],
  ])('a proxy that refuses the tunnel with %i gets %i attempts', async (status, attempts) => {
    await using proxy = await startTunnelProxy({ status });
    await using transport = createObserved(new URL('http://galileo.test'), {
      httpProxy: proxy.url,
      upstreamRetries: 2,
    });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(proxy.authorities).toHaveLength(attempts);
  });

  test.skipIf(tinyproxy === undefined)(
    'the credentials of a proxy URL are sent only to the proxy, and no reason shows them',
    async () => {
      await using proxy = await startTinyproxy(tinyproxy ?? '', 'operator p4ssword');
      await using upstream = await startScriptedUpstream();
      const connectWith = (userInfo: string) =>
        createObserved(upstream.origin, {
          httpProxy: `http://${userInfo}127.0.0.1:${proxy.port}`,
        });
      await using right = connectWith('operator:p%34ssword@');
      await using wrong = connectWith('operator:wrong-secret@');
      await using none = connectWith('');
      expect(await getOutcome(right.read('/r'))).toBe('200 /r');
      expect(upstream.exchanges[0]?.head).not.toMatch(/proxy|authorization/i);
      for (const transport of [wrong, none]) {
        expect(await getOutcome(transport.write())).toBe('UPSTREAM_UNAVAILABLE');
        expect(transport.reasons).toEqual([
          expect.stringMatching(/^The proxy refused to connect to upstream, with status 40[17]\.$/),
        ]);
      }
      expect(upstream.exchanges).toHaveLength(1);
    },
  );

  test('an https upstream is reached through a proxy that speaks TLS', async () => {
    await using upstream = await startScriptedUpstream({ tls: true });
    await using proxy = await startTunnelProxy({ isTls: true });
    await using transport = createTestTransport(upstream.origin, {
      httpsProxy: proxy.url,
      tls: { ca: localhostCertificate },
    });
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    expect(proxy.authorities).toEqual([upstream.origin.host]);
  });

  test.each([false, true])(
    'a proxy that sends a body with its 2xx to CONNECT fails each call after one connection (TLS upstream: %s)',
    async (isTls) => {
      await using proxy = await startTunnelProxy({ body: 'hello' });
      await using upstream = await startScriptedUpstream({ tls: isTls });
      await using transport = createObserved(upstream.origin, {
        httpProxy: proxy.url,
        tls: { ca: localhostCertificate },
        upstreamConnections: 1,
      });
      for (let call = 1; call <= 3; call += 1) {
        expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
        expect(proxy.authorities).toHaveLength(call);
      }
      expect(upstream.exchanges).toHaveLength(0);
    },
  );

  test('calls through a missing, silent or malformed proxy fail in time with a reason', async () => {
    await using upstream = await startScriptedUpstream();
    await using silentProxy = await startMuteListener();
    await using strange = await startMuteListener('SSH-2.0-OpenSSH_9.2\r\n');
    const closed = await startMuteListener();
    await closed[Symbol.asyncDispose]();
    for (const [port, outcome, reason] of [
      [closed.port, 'UPSTREAM_UNAVAILABLE', /ECONNREFUSED/],
      [silentProxy.port, 'UPSTREAM_TIMEOUT', /^No connection within 200 ms\.$/],
      [strange.port, 'UPSTREAM_UNAVAILABLE', /^The proxy did not open a tunnel to upstream: /],
    ] as const) {
      await using transport = createObserved(upstream.origin, {
        httpProxy: `http://127.0.0.1:${port}`,
        upstreamConnectTimeoutMs: port === silentProxy.port ? 200 : 5_000,
      });
      expect(await getOutcome(transport.read())).toBe(outcome);
      expect(transport.reasons).toEqual([expect.stringMatching(reason)]);
    }
  });
});

describe('a host with several addresses', () => {
  const named = (upstream: { readonly origin: URL }) =>
    new URL(`http://galileo.test:${upstream.origin.port}`);

  test('a host with several addresses is reached if any of them responds', async () => {
    await using upstream = await startScriptedUpstream();
    await using _full = await startFullListener(Number(upstream.origin.port));
    for (const addresses of [
      ['127.0.0.2', '127.0.0.1'],
      ['127.0.0.1', '127.0.0.2'],
      ['127.0.0.2', '127.0.0.3', '127.0.0.2', '127.0.0.1'],
      ['::2', '127.0.0.2', '127.0.0.1'],
    ]) {
      await using transport = createTestTransport(named(upstream), {
        upstreamRetries: 0,
        lookup: createLookup(...addresses).lookup,
      });
      expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    }
  });

  test('a slow address of a host gets the whole connect timeout if the others fail', async () => {
    // Its listener is resumed after 400 ms: Node's own limit for an address is 250 ms.
    await using upstream = await startScriptedUpstream();
    await using full = await startFullListener(Number(upstream.origin.port));
    await using transport = createObserved(named(upstream), {
      upstreamConnectTimeoutMs: 4_000,
      lookup: createLookup('127.0.0.2', '127.0.0.3').lookup,
    });
    setTimeout(() => full.resume(), 400);
    // It accepts the connection and closes it.
    await getOutcome(transport.read());
    expect(transport.reasons[0]).not.toMatch(/ECONNREFUSED|timeout|within/i);
  });

  test('a connection to a host whose addresses all refuse fails, and the reason names each address', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createObserved(named(upstream), {
      lookup: createLookup('127.0.0.3', '127.0.0.4').lookup,
    });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(transport.reasons[0]).toMatch(/127\.0\.0\.3.*127\.0\.0\.4/);
  });

  test('a host name that does not resolve in time fails at the connect timeout, and frees its connection', async () => {
    await using upstream = await startScriptedUpstream();
    const resolving: (() => void)[] = [];
    await using transport = createObserved(named(upstream), {
      upstreamConnections: 1,
      upstreamConnectTimeoutMs: 300,
      lookup: (_name, _options, callback) => {
        resolving.push(() => callback(null, [{ address: '127.0.0.1', family: 4 }]));
        if (resolving.length > 1) resolving[1]?.();
      },
    });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_TIMEOUT');
    expect(transport.reasons).toEqual(['No connection within 300 ms.']);
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    // The result of the first lookup comes too late.
    resolving[0]?.();
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    expect(upstream.socketCount).toBe(1);
  });

  test('after the connect timeout, no connection to another address of the host is opened', async () => {
    await using upstream = await startScriptedUpstream();
    await using full = await startFullListener(Number(upstream.origin.port));
    await using transport = createObserved(named(upstream), {
      upstreamConnectTimeoutMs: 200,
      // The second address would be tried 100 ms later, after the timeout.
      lookup: (_name, _options, callback) => {
        const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
        setTimeout(() => callback(null, addresses), 150);
      },
    });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_TIMEOUT');
    await wait(200);
    expect(upstream.socketCount).toBe(0);
    full.resume();
  });

  test('close does not wait for a connection that no call needs any longer', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createObserved(named(upstream), {
      upstreamConnectTimeoutMs: 60_000,
      upstreamTimeoutMs: 100,
      lookup: () => {},
    });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_TIMEOUT');
    await transport.close();
  });

  test('a lack of file descriptors does not open the circuit breaker, and the logged reason says what to do', async () => {
    await using upstream = await startScriptedUpstream();
    let isExhausted = true;
    await using transport = createObserved(named(upstream), {
      lookup: (_name, _options, callback) => {
        if (isExhausted) callback(Object.assign(new Error('getaddrinfo EMFILE'), { code: 'EMFILE' }), []);
        else callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    for (let count = 0; count < 25; count += 1)
      expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(transport.reasons[0]).toBe(
      'The process has no free file descriptor: raise its limit (ulimit -n). getaddrinfo EMFILE',
    );
    isExhausted = false;
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
  });

  test.skipIf(process.platform !== 'linux')(
    'a lack of file descriptors while a name with several addresses is connected does not open the circuit breaker either',
    async () => {
      await using upstream = await startScriptedUpstream();
      await using transport = createObserved(named(upstream), {
        lookup: createLookup('127.0.0.1', '127.0.0.2').lookup,
      });
      const setLimit = `prlimit --pid ${process.pid} --nofile`;
      const script = `limit=$(${setLimit} --output SOFT --noheadings); ${setLimit}=3:; echo; read end; ${setLimit}=$limit:`;
      const limiter = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(limiter.stdout, 'data');
      const outcomes = new Set<unknown>();
      for (let count = 0; count < 25; count += 1) outcomes.add(await getOutcome(transport.read()));
      limiter.stdin.end('\n');
      await once(limiter, 'close');
      expect([...outcomes]).toEqual(['UPSTREAM_UNAVAILABLE']);
      expect(transport.reasons[0]).toContain('The process has no free file descriptor');
      expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    },
  );

  test('a connection to a host whose addresses all hang fails at the connect timeout', async () => {
    await using upstream = await startScriptedUpstream();
    await using _full = await startFullListener(Number(upstream.origin.port));
    await using transport = createObserved(named(upstream), {
      upstreamConnectTimeoutMs: 300,
      lookup: createLookup('127.0.0.2', '127.0.0.2').lookup,
    });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_TIMEOUT');
    expect(transport.reasons).toEqual(['No connection within 300 ms.']);
  });
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');

test.skipIf(!hasIpv6)('an IPv6 address is reached', async () => {
  await using upstream = await startScriptedUpstream({ host: '::1' });
  await using transport = createTestTransport(upstream.origin);
  expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
});

describe('a connection that reached its maximum age', () => {
  test('a connection that reached its maximum age is replaced before the next request, never during one', async () => {
    const clock = new ManualClock();
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 1,
      upstreamRetries: 0,
      upstreamConnectionMaxAgeMs: 1_000,
      now: clock.now,
    });
    for (let count = 0; count < 10; count += 1) {
      // Waiting calls get the new connection too.
      const calls = [getOutcome(transport.read('/1')), getOutcome(transport.read('/2'))];
      expect(await Promise.all(calls)).toEqual(['200 /1', '200 /2']);
      clock.advance(500);
    }
    expect(upstream.socketCount).toBe(5);
    await upstream.waitForOpenSockets(1);
  });

  test('a reset connection to a host with several addresses does not open one to another address', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(new URL(`http://galileo.test:${upstream.origin.port}`), {
      upstreamRetries: 0,
      lookup: createLookup('127.0.0.1', '127.0.0.1').lookup,
    });
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    upstream.script = resetting;
    expect(await getOutcome(transport.read('/r'))).toBe('UPSTREAM_UNAVAILABLE');
    upstream.script = healthy;
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    expect(upstream.socketCount).toBe(2);
  });

  test('a connection that reached its maximum age is replaced by one to the new address of the host, even under steady traffic', async () => {
    const clock = new ManualClock();
    await using before = await startScriptedUpstream();
    await using after = await startScriptedUpstream({ host: '127.0.0.2', port: Number(before.origin.port) });
    const names = createLookup('127.0.0.1');
    await using transport = createTestTransport(new URL(`http://galileo.test:${before.origin.port}`), {
      upstreamRetries: 0,
      upstreamConnectionMaxAgeMs: 60_000,
      now: clock.now,
      lookup: names.lookup,
    });
    const readSome = () => Promise.all(Array.from({ length: 20 }, () => getOutcome(transport.read('/r'))));
    expect(new Set(await readSome())).toEqual(new Set(['200 /r']));
    names.addresses = ['127.0.0.2'];
    clock.advance(59_999);
    await readSome();
    expect(after.exchanges).toHaveLength(0);
    clock.advance(1);
    expect(new Set(await readSome())).toEqual(new Set(['200 /r']));
    expect(after.exchanges).toHaveLength(20);
    expect(before.exchanges).toHaveLength(40);
    await before.waitForOpenSockets(0);
  });
});

describe.skipIf(nginx === undefined)('nginx as upstream', () => {
  const certificates = (folder: string, cert = localhostCertificate, key = localhostKey) => {
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key);
  };
  const folderOfCertificates = new URL('support/', import.meta.url).pathname;
  const tlsLines = [
    'listen 127.0.0.1:PORT ssl;',
    'server_name localhost;',
    `ssl_certificate ${folderOfCertificates}localhost-cert.pem;`,
    `ssl_certificate_key ${folderOfCertificates}localhost-key.pem;`,
  ];
  const verifyLines = [...tlsLines, `ssl_client_certificate ${folderOfCertificates}localhost-cert.pem;`];

  test('a private CA of nginx is trusted in addition to the platform’s CAs', async () => {
    await using server = await startNginx(nginx ?? '', tlsLines);
    const origin = new URL(`https://localhost:${server.port}`);
    await using trusting = createTestTransport(origin, { tls: { ca: localhostCertificate } });
    await using other = createObserved(origin);
    expect(await getOutcome(trusting.read())).toBe('200 {"by":"nginx"}');
    expect(await getOutcome(other.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(other.reasons[0]).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test.skipIf(openssl === undefined)(
    'nginx that requires a client certificate gets it, and the log reports a missing or wrong one',
    async () => {
      await using server = await startNginx(nginx ?? '', [...verifyLines, 'ssl_verify_client on;']);
      certificates(server.folder);
      const origin = new URL(`https://localhost:${server.port}`);
      const ca = localhostCertificate;
      await using right = createObserved(origin, {
        tls: { ca, cert: localhostCertificate, key: localhostKey },
      });
      await using none = createObserved(origin, { tls: { ca } });
      await using other = createObserved(origin, {
        tls: { ca, ...createCertificate(openssl ?? '', 'other') },
      });
      expect(await getOutcome(right.read())).toBe('200 {"by":"nginx"}');
      expect(await getOutcome(none.read())).toMatch(/^400 <html>/);
      expect(none.reasons).toEqual([
        'Upstream requires a client certificate: set UPSTREAM_CERT_FILE and UPSTREAM_KEY_FILE.',
      ]);
      expect(await getOutcome(other.read())).toMatch(/^400 <html>/);
      expect(other.reasons).toEqual([
        'Upstream does not accept the client certificate of UPSTREAM_CERT_FILE.',
      ]);
    },
  );

  test('the log reports an upstream that speaks TLS although GALILEO_API_URL says http', async () => {
    await using server = await startNginx(nginx ?? '', tlsLines);
    await using transport = createObserved(new URL(`http://localhost:${server.port}`));
    expect(await getOutcome(transport.read())).toMatch(/^400 <html>/);
    expect(transport.reasons).toEqual([
      'Upstream speaks TLS on this port: check whether GALILEO_API_URL needs https.',
    ]);
  });

  test('the log reports an upstream that speaks plain HTTP although GALILEO_API_URL says https', async () => {
    await using server = await startNginx(nginx ?? '', ['listen 127.0.0.1:PORT;']);
    await using transport = createObserved(new URL(`https://localhost:${server.port}`));
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(transport.reasons[0]).toMatch(
      /^Upstream does not speak TLS on this port: check whether GALILEO_API_URL needs http\. /,
    );
  });

  test('no read fails if nginx closes each connection after five requests', async () => {
    await using server = await startNginx(nginx ?? '', ['listen 127.0.0.1:PORT;', 'keepalive_requests 5;']);
    await using transport = createTestTransport(new URL(`http://localhost:${server.port}`), {
      upstreamRetries: 0,
    });
    for (let round = 0; round < 10; round += 1) {
      const reads = Array.from({ length: 20 }, () => getOutcome(transport.read()));
      expect(new Set(await Promise.all(reads))).toEqual(new Set(['200 {"by":"nginx"}']));
    }
  });
});

test('a TLS 1.3 upstream that ends the connection without a client certificate is reported in the log', async () => {
  const server = createTlsServer(
    { cert: localhostCertificate, key: localhostKey, requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end(toResponse('{}')),
  );
  server.on('tlsClientError', () => {});
  const port = await listen(server, 'localhost');
  await using transport = createObserved(new URL(`https://localhost:${port}`), {
    tls: { ca: localhostCertificate },
    upstreamRetries: 2,
  });
  let connectionCount = 0;
  server.on('connection', () => {
    connectionCount += 1;
  });
  expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
  expect(await getOutcome(transport.write())).toBe('UPSTREAM_UNAVAILABLE');
  server.close();
  expect(transport.reasons[0]).toMatch(/^Upstream requires a client certificate: /);
  // Neither is retried.
  expect(connectionCount).toBe(2);
});

test('a TLS session whose handshake failed is not offered again', async () => {
  const sessions = new Map<string, Buffer>();
  let isRefusing = false;
  // Without tickets, the server decides for each session.
  const server = createTlsServer(
    {
      cert: localhostCertificate,
      key: localhostKey,
      maxVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET,
    },
    (socket) => {
      socket
        .on('error', () => {})
        .on('data', (chunk: Buffer) => {
          if (chunk.includes('/reset')) latest?.resetAndDestroy();
          else socket.write(toResponse('{}', '200 OK', ['connection: close']));
        });
    },
  );
  let latest: Socket | undefined;
  server
    .on('connection', (socket: Socket) => {
      latest = socket;
    })
    .on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      sessions.set(id.toString('hex'), data);
      done();
    })
    .on('resumeSession', (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
      const session = sessions.get(id.toString('hex')) ?? null;
      done(isRefusing && session !== null ? new Error('The session store is down.') : null, session);
    });
  const port = await listen(server, 'localhost');
  await using transport = createTestTransport(new URL(`https://localhost:${port}`), {
    tls: { ca: localhostCertificate },
    upstreamConnections: 1,
    upstreamRetries: 1,
  });
  expect(await getOutcome(transport.read())).toBe('200 {}');
  expect(sessions.size).toBe(1);
  // An error after a handshake is not a reason to forget the session.
  expect(await getOutcome(transport.read('/reset'))).toBe('UPSTREAM_UNAVAILABLE');
  expect(sessions.size).toBe(1);
  isRefusing = true;
  expect(await getOutcome(transport.read())).toBe('200 {}');
  expect(sessions.size).toBe(2);
  server.close();
});
