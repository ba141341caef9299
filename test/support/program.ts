import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built program: `npm test` builds it first. `GATEWAY_PROGRAM` names another build. */
const programPath =
  process.env['GATEWAY_PROGRAM'] ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A program that drains longer than this is killed. */
const endTimeoutMs = 1000;

/** The program in its own process, as a person or an orchestrator runs it. */
export interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** The first group of the pattern, as soon as standard output has it. Rejects if the program exits first. */
  waitFor(pattern: RegExp): Promise<string>;
  /** The exit code. Null if a signal ended the process. */
  readonly exit: Promise<number | null>;
}

/**
 * Starts the program. Of the tests' environment it gets only `PATH`.
 *
 * @param options `detached` starts it in a new process group, as a shell does
 */
export function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  options: { readonly detached?: boolean } = {},
): Program {
  if (!existsSync(programPath)) throw new Error('The program was not built: run "npm run build".');
  const child = spawn(process.execPath, [programPath, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // `close` follows when the streams have been read completely. `exit` can precede it.
  const exit = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  let isOver = false;
  void exit.then(() => {
    isOver = true;
  });
  return {
    process: child,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    async waitFor(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match !== null) return match[1] ?? match[0];
        if (isOver) throw new Error(`The program ended: ${stdout}${stderr}`);
        await Promise.race([once(child.stdout, 'data'), exit]);
      }
    },
    exit,
    async [Symbol.asyncDispose]() {
      // A killed process writes no coverage.
      if (!isOver) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
      await exit;
      clearTimeout(timer);
    },
  };
}

/** Runs the program to its end. */
export async function runProgram(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  await using program = startProgram(args, environment);
  const code = await program.exit;
  return { code, stdout: program.stdout, stderr: program.stderr };
}
