import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { seededIntegrations } from '../../sandbox/seed.ts';
import { listen } from '../support/listen.ts';

/** The output of the program until the pattern matches. */
async function readUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = '';
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`It ended with: ${output}`)));
  const matched = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (pattern.test(output)) resolve(output);
      });
    }
  });
  return Promise.race([matched, ended]);
}

test('examples/supergraph starts with one command, and its curl command returns fields of both subgraphs', async () => {
  const child = spawn(process.execPath, ['examples/supergraph/start.js'], {
    env: { ...process.env, PORT: '0' },
    stdio: 'pipe',
  });
  const exit = once(child, 'exit');
  try {
    const output = await readUntil(child, /Ctrl\+C/);
    const curl = /curl -s (?<url>\S+) -H '(?<type>[^']+)' -H '(?<key>[^']+)' -d '(?<body>[^']+)'/.exec(
      output,
    )?.groups;
    const headers = [curl?.['type'], curl?.['key']].map((header = ''): [string, string] => {
      const [name = '', value = ''] = header.split(': ');
      return [name, value];
    });
    const [type = ['', ''], [, key] = []] = headers;
    // The router forwards the key in either of its headers.
    for (const credential of [headers, [type, ['Splunk-AO-API-Key', key ?? '']]] as [string, string][][]) {
      const response = await fetch(curl?.['url'] ?? '', {
        method: 'POST',
        headers: credential,
        body: curl?.['body'] ?? '',
      });
      expect(await response.json()).toMatchObject({
        data: {
          mostExpensive: [
            {
              __typename: 'OpenAIIntegration',
              name: 'OPENAI',
              monthlyCost: 1240.5,
              organizationId: seededIntegrations.openai.organization_id,
            },
            { __typename: 'AnthropicIntegration', name: 'ANTHROPIC', monthlyCost: 980.25 },
          ],
          integration: { monthlyCost: 64.3 },
        },
      });
    }
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exit).toEqual([0, null]);
});

test('examples/supergraph reports in one line that its port is in use, and exits with 1', async () => {
  const other = createServer();
  const port = await listen(other);
  const child = spawn(process.execPath, ['examples/supergraph/start.js'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(complaint).toBe(`port ${port} is already in use: set PORT, or use PORT=0 for a free port\n`);
  other.close();
});

test('examples/supergraph says why a subgraph sends no SDL', async () => {
  const child = spawn(process.execPath, ['examples/supergraph/start.js'], {
    env: { ...process.env, PORT: '0', TRUSTED_DOCUMENTS: 'client/generated/persisted-documents.json' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(complaint).toContain('The subgraph galileo sends no SDL: ');
});

test('examples/supergraph ends the gateway if the router cannot start', async () => {
  const child = spawn(process.execPath, ['examples/supergraph/start.js'], {
    env: { ...process.env, PORT: '65536' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The gateway has the same standard error, which closes when both have ended.
  child.stderr.resume();
  expect(await once(child, 'close')).toEqual([1, null]);
});
