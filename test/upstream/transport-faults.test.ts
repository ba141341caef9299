import { describe, expect, test } from 'vitest';
import { getLeastMs } from '../support/timing.ts';
import {
  healthy,
  localhostCertificate,
  resetting,
  type Script,
  silent,
  startMuteListener,
  startScriptedUpstream,
  toResponse,
  withStatus,
} from './support/scripted-upstream.ts';
import { createTestTransport, getFieldError, getOutcome } from './support/test-transport.ts';

interface Fault {
  readonly name: string;
  readonly script: Script;
  /** A code, or status and body. */
  readonly outcome: string;
  readonly calls: number;
}

const write =
  (text: string): Script =>
  ({ socket }) => {
    socket.write(text);
  };
const writeAndEnd =
  (text: string): Script =>
  ({ socket }) => {
    socket.end(text);
  };

const unavailable = 'UPSTREAM_UNAVAILABLE';
const invalid = 'UPSTREAM_INVALID_RESPONSE';

// A response may have 1,000 bytes; two retries.
const faults: readonly Fault[] = [
  { name: 'a reset before the response', script: resetting, outcome: unavailable, calls: 3 },
  {
    name: 'a connection closed before the response',
    script: ({ socket }) => socket.end(),
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a connection closed in the headers',
    script: writeAndEnd('HTTP/1.1 200 OK\r\ncontent-le'),
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a reset in the body',
    script: ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc', () => socket.resetAndDestroy());
    },
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a reset in a body without a length',
    script: ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc');
      // Node's client takes a reset that arrives with data for a regular end.
      setTimeout(() => socket.resetAndDestroy(), 50);
    },
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a body cut short',
    script: writeAndEnd('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc'),
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a body cut short, with connection: close',
    script: writeAndEnd('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nabc'),
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a chunked body cut short',
    script: writeAndEnd('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n'),
    outcome: unavailable,
    calls: 3,
  },
  {
    name: 'a chunked body cut short, with connection: close',
    script: writeAndEnd(
      'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n',
    ),
    outcome: unavailable,
    calls: 3,
  },
  { name: 'no response', script: silent, outcome: 'UPSTREAM_TIMEOUT', calls: 3 },
  {
    name: 'headers without a body',
    script: write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'),
    outcome: 'UPSTREAM_TIMEOUT',
    calls: 3,
  },
  {
    name: 'a body that arrives slowly',
    script: ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    },
    outcome: 'UPSTREAM_TIMEOUT',
    calls: 3,
  },
  {
    name: 'endless early hints',
    script: ({ socket }) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    },
    outcome: 'UPSTREAM_TIMEOUT',
    calls: 3,
  },
  {
    name: 'a body declared too large',
    script: write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n'),
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'a chunked body that becomes too large',
    script: ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const timer = setInterval(() => socket.write(`64\r\n${'x'.repeat(100)}\r\n`), 1);
      socket.on('close', () => clearInterval(timer));
    },
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'a compression that was not requested',
    script: withStatus('200 OK', 'content-encoding: gzip'),
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'a response that is not HTTP',
    script: write('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'two different content lengths',
    script: write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'an upgrade that was not requested',
    script: write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    outcome: invalid,
    calls: 1,
  },
  {
    // According to RFC 9110, clients ignore it. undici ends the connection.
    name: 'a 100 that was not requested',
    script: write(`HTTP/1.1 100 Continue\r\n\r\n${toResponse('{}')}`),
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'more than 16 KiB of headers',
    script: write(toResponse('{}', '200 OK', [`x-large: ${'x'.repeat(16 * 1024)}`])),
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'endless headers',
    script: ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write(`x-a: ${'x'.repeat(1_000)}\r\n`), 1);
      socket.on('close', () => clearInterval(timer));
    },
    outcome: invalid,
    calls: 1,
  },
  {
    name: 'a redirect',
    script: write(toResponse('', '302 Found', ['location: http://127.0.0.1:1/elsewhere'])),
    outcome: '302 ',
    calls: 1,
  },
  {
    // It may have the length of the body that it leaves out (RFC 9110, section 8.6).
    name: 'a 304 that has a length',
    script: write('HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n'),
    outcome: '304 ',
    calls: 1,
  },
  {
    name: 'a 204 that has a length',
    script: write('HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n'),
    outcome: '204 ',
    calls: 1,
  },
  {
    name: 'a failure in a compression that was not requested',
    script: withStatus('403 Forbidden', 'content-encoding: gzip'),
    outcome: '403 ',
    calls: 1,
  },
  {
    name: 'a failure whose body is too large',
    script: write('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 1001\r\n\r\n'),
    outcome: '500 ',
    calls: 1,
  },
];

describe('a read that fails', () => {
  test.each(faults)(
    'a read with $name ends with $outcome after $calls calls, and the next read succeeds',
    async (fault) => {
      await using upstream = await startScriptedUpstream({ script: fault.script });
      await using transport = createTestTransport(upstream.origin, {
        // Long enough for a busy machine, unless the attempt has to time out.
        upstreamTimeoutMs: fault.outcome === 'UPSTREAM_TIMEOUT' ? 200 : 4_000,
        upstreamMaxResponseBytes: 1_000,
      });

      const startedAtMs = performance.now();
      expect(await getOutcome(transport.read())).toBe(fault.outcome);
      // Half of its deadline.
      expect(performance.now() - startedAtMs).toBeLessThan(5_000);
      expect(upstream.exchanges).toHaveLength(fault.calls);

      upstream.script = healthy;
      expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
      expect(upstream.exchanges).toHaveLength(fault.calls + 1);
    },
  );

  test('a read whose connection is refused fails with UPSTREAM_UNAVAILABLE after three attempts, and succeeds once upstream listens again', async () => {
    const closed = await startScriptedUpstream();
    let attempts = 0;
    await using transport = createTestTransport(closed.origin, {
      observer: {
        attemptEnded: () => {
          attempts += 1;
        },
      },
    });
    await closed[Symbol.asyncDispose]();
    const error = await getFieldError(transport.read());
    expect(attempts).toBe(3);
    expect(error).toMatchObject({ code: unavailable, retryable: true });
    expect(String(error.cause)).toContain('ECONNREFUSED');
    expect(error.message).not.toContain('127.0.0.1');

    await using _ = await startScriptedUpstream({ port: Number(closed.origin.port) });
    expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
  });

  test('a read from a host whose name does not resolve fails with UPSTREAM_UNAVAILABLE', async () => {
    let attempts = 0;
    await using transport = createTestTransport(new URL('http://nowhere.invalid'), {
      observer: {
        attemptEnded: () => {
          attempts += 1;
        },
      },
    });
    expect(await getOutcome(transport.read())).toBe(unavailable);
    expect(attempts).toBe(3);
  });

  test('a read whose connection is never ready fails with UPSTREAM_TIMEOUT at the connect timeout', async () => {
    await using listener = await startMuteListener();
    const leastMs = await getLeastMs(400, async () => {
      await using transport = createTestTransport(new URL(`https://127.0.0.1:${listener.port}`), {
        upstreamConnectTimeoutMs: 100,
        upstreamRetries: 1,
      });
      const startedAtMs = performance.now();
      expect(await getOutcome(transport.read())).toBe('UPSTREAM_TIMEOUT');
      return performance.now() - startedAtMs;
    });
    expect(leastMs).toBeGreaterThanOrEqual(195);
    expect(leastMs).toBeLessThan(400);
  });

  test('a read from a port that does not speak TLS fails with UPSTREAM_UNAVAILABLE after the retries', async () => {
    await using listener = await startMuteListener('HTTP/1.1 400 Bad Request\r\n\r\n');
    let attempts = 0;
    await using transport = createTestTransport(new URL(`https://127.0.0.1:${listener.port}`), {
      observer: {
        attemptEnded: () => {
          attempts += 1;
        },
      },
    });
    expect(await getOutcome(transport.read())).toBe(unavailable);
    expect(attempts).toBe(3);
  });
});

describe('a read over TLS', () => {
  test('a read over TLS succeeds if the certificate is trusted, and the next one uses the same socket', async () => {
    await using upstream = await startScriptedUpstream({ tls: true });
    await using transport = createTestTransport(upstream.origin, { tls: { ca: localhostCertificate } });
    expect(await getOutcome(transport.read('/one'))).toBe('200 /one');
    expect(await getOutcome(transport.read('/two'))).toBe('200 /two');
    expect(upstream.socketCount).toBe(1);
  });

  test('a read fails with UPSTREAM_UNAVAILABLE, without a retry, if the certificate is not trusted', async () => {
    await using upstream = await startScriptedUpstream({ tls: true });
    let attempts = 0;
    await using transport = createTestTransport(upstream.origin, {
      observer: {
        attemptEnded: () => {
          attempts += 1;
        },
      },
    });
    const error = await getFieldError(transport.read());
    expect(error).toMatchObject({ code: unavailable, retryable: true });
    expect(String(error.cause)).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(attempts).toBe(1);
    expect(upstream.exchanges).toHaveLength(0);
  });

  test('each read fails with UPSTREAM_UNAVAILABLE if the certificate is for another host name, and blocks no later call', async () => {
    await using upstream = await startScriptedUpstream({ tls: true });
    const origin = new URL(`https://127.0.0.1:${upstream.origin.port}`);
    await using transport = createTestTransport(origin, {
      tls: { ca: localhostCertificate },
      upstreamConnections: 1,
    });
    const error = await getFieldError(transport.read());
    expect(error.code).toBe(unavailable);
    expect(String(error.cause)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await getOutcome(transport.read())).toBe(unavailable);
    expect(await getOutcome(transport.write())).toBe(unavailable);
    expect(upstream.exchanges).toHaveLength(0);
  });
});

describe('a well-formed response', () => {
  test('a response can follow early hints, and have nearly 16 KiB of headers', async () => {
    await using upstream = await startScriptedUpstream({
      script: ({ socket }) => {
        const large = `x-large: ${'x'.repeat(16_000)}`;
        socket.write(`HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n${toResponse('late', '200 OK', [large])}`);
      },
    });
    await using transport = createTestTransport(upstream.origin);
    expect(await getOutcome(transport.read())).toBe('200 late');
  });

  test('a response can have no body, have exactly the maximum size, come in chunks, or end with its connection', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin, { upstreamMaxResponseBytes: 10 });
    upstream.script = write('HTTP/1.1 204 No Content\r\n\r\n');
    expect(await getOutcome(transport.read())).toBe('204 ');
    for (const encoding of ['identity', 'Identity ']) {
      upstream.script = withStatus('200 OK', `content-encoding: ${encoding}`);
      expect(await getOutcome(transport.read())).toBe('200 {}');
    }
    upstream.script = write(toResponse('0123456789'));
    expect(await getOutcome(transport.read())).toBe('200 0123456789');
    upstream.script = write(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    );
    expect(await getOutcome(transport.read())).toBe('200 abcde');
    upstream.script = writeAndEnd('HTTP/1.0 200 OK\r\n\r\nfghij');
    expect(await getOutcome(transport.read())).toBe('200 fghij');
  });

  test('a response is returned with its content type and retry-after, and the request is sent unchanged', async () => {
    await using upstream = await startScriptedUpstream({
      script: withStatus('418 Teapot', 'Retry-After: 3'),
    });
    await using transport = createTestTransport(new URL('/base/', upstream.origin));
    expect(await transport.write('/v2/things')).toMatchObject({
      status: 418,
      contentType: 'application/json',
      retryAfterMs: 3_000,
    });
    const [exchange] = upstream.exchanges;
    expect(exchange).toMatchObject({ method: 'PUT', path: '/base/v2/things', body: '{"a":1}' });
    expect(exchange?.head.toLowerCase().split('\r\n').slice(1).sort()).toEqual([
      'accept: application/json',
      'connection: keep-alive',
      'content-length: 7',
      'content-type: application/json',
      `host: ${upstream.origin.host}`,
    ]);
  });
});
