// Starts and stops the contenders, each in its own process on a reserved CPU.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { meshOperations } from './contenders/mesh-operations.js';

const toPath = (name) => fileURLToPath(new URL(name, import.meta.url));
const canPin = process.platform === 'linux' && !process.argv.includes('--check');

/** Server and load on separate CPUs, if the system supports it. `unpinned` uses both. */
const cpus = { server: '0', load: '1', unpinned: '0,1' };

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a script on the CPU of its role. The caller can kill it. It ends with the benchmark at the latest. */
export function start(role, script, env = {}, args = []) {
  const command = canPin ? ['taskset', '-c', cpus[role], process.execPath] : [process.execPath];
  const [program, ...programArgs] = [...command, script, ...args];
  const child = spawn(program, programArgs, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.add(child);
  return child;
}

async function firstMessage(child) {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of the benchmark ended with ${code} before it was ready`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  child.stdout.resume();
  return message;
}

/** The stub upstream runs on the CPU of the load, so its cost does not count for a contender. */
export async function startStub(env) {
  const child = start('load', toPath('stub-upstream.js'), env);
  const { port } = await firstMessage(child);
  return { child, url: `http://127.0.0.1:${port}` };
}

/** The command that starts a program on the CPU of the load. */
export const loadCommand = canPin ? ['taskset', '-c', cpus.load] : ['env'];

/** The gateway as users run it: the built program with its defaults. */
export async function startGateway(upstreamUrl, role = 'server', env = {}) {
  const program = toPath('../dist/main.js');
  const child = start(role, program, { GALILEO_API_URL: upstreamUrl, ...env }, ['serve', '--port', '0']);
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const url = /"url":"([^"]+)"/.exec(output)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return { child, url };
    }
  }
  throw new Error('the gateway ended before it listened');
}

async function startScript(name, upstreamUrl) {
  const child = start('server', toPath(`contenders/${name}.js`), {
    UPSTREAM_URL: upstreamUrl,
    NODE_ENV: 'production',
  });
  const { url } = await firstMessage(child);
  return { child, url };
}

/**
 * In the order of the tables. The others are compared with the first. A contender with another schema has its own
 * operations: a map from an operation to `{ query, variables, isRight }`.
 */
export const contenders = {
  'pass-through': { start: (upstreamUrl) => startScript('pass-through', upstreamUrl) },
  'galileo-gateway': { start: startGateway },
  'mercurius with jit': { start: (upstreamUrl) => startScript('mercurius', upstreamUrl) },
  'graphql-yoga with Pothos': { start: (upstreamUrl) => startScript('yoga', upstreamUrl) },
  'Apollo Server with RESTDataSource': { start: (upstreamUrl) => startScript('apollo-server', upstreamUrl) },
  'GraphQL Mesh on Hive Gateway': {
    start: (upstreamUrl) => startScript('mesh', upstreamUrl),
    operations: meshOperations,
  },
};

/** A process and its child processes. */
const getTree = (pid) => [
  pid,
  ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).flatMap(getTree),
];

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * CPU time of a process and its child processes so far, user and system, in microseconds. Linux reports hundredths
 * of a second.
 */
export const getCpuTimeUs = (pid) =>
  sum(
    getTree(pid).map((member) => {
      const fields = readFileSync(`/proc/${member}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10_000;
    }),
  );

/** Resident memory of a process and its child processes. Linux reports KiB. */
export const getResidentMb = (pid) =>
  sum(
    getTree(pid).map(
      (member) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${member}/status`, 'utf8'))[1]) / 1024,
    ),
  );

/**
 * Limits each worker of a gateway to that share of a CPU, by a control group, which remains when the gateway has ended. Throws if the user cannot create
 * control groups.
 */
export function limitWorkers(pid, workers, share) {
  const [periodUs, quotaUs] = [10_000, 10_000 * share];
  const isVersion1 = existsSync('/sys/fs/cgroup/cpu');
  // With one worker, the process itself is it. With several, they are its children.
  for (const [index, member] of getTree(pid).slice(-workers).entries()) {
    const directory = join('/sys/fs/cgroup', isVersion1 ? 'cpu' : '', `galileo-bench-${workers}-${index}`);
    mkdirSync(directory, { recursive: true });
    const write = (name, value) => writeFileSync(join(directory, name), `${value}`);
    if (isVersion1) {
      write('cpu.cfs_period_us', periodUs);
      write('cpu.cfs_quota_us', quotaUs);
    } else write('cpu.max', `${quotaUs} ${periodUs}`);
    write('cgroup.procs', member);
  }
}
