import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The methods of a pino logger that the gateway calls. A logger with custom levels has them too. Never receives a
 * secret.
 */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'isLevelEnabled' | 'flush'>;

/** The methods of a logger of the host application. They do not throw: a failure to log must not fail a request. */
export function guardLog(log: Log): Log {
  const guard =
    (name: Exclude<keyof Log, 'isLevelEnabled'>) =>
    (...args: unknown[]): void => {
      try {
        Reflect.apply(log[name], log, args);
      } catch {
        // Nothing else can report it.
      }
    };
  return {
    debug: guard('debug'),
    info: guard('info'),
    warn: guard('warn'),
    error: guard('error'),
    fatal: guard('fatal'),
    flush: guard('flush'),
    isLevelEnabled: (level) => {
      try {
        return log.isLevelEnabled(level);
      } catch {
        return false;
      }
    },
  };
}

interface Output extends DestinationStream {
  flush?(done?: () => void): void;
}

/** Lines are written in batches of this size, so that a request costs a small fraction of a system call. */
const batchBytes = 16_384;
/** One write: the capacity of a Linux pipe. */
const maxWriteBytes = 65_536;
/** Maximum wait of a line for its batch. */
const flushIntervalMs = 100;
/** About fifty thousand unwritten lines. Further lines are dropped, so that the process does not run out of memory. */
const maxUnwrittenBytes = 16_777_216;
/** How long the process waits for standard output before it exits. A working reader takes milliseconds. */
const flushTimeoutMs = 1000;

export function createLog(level: string, destination: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/**
 * The stream for log lines on standard output: formatted for a terminal, otherwise JSON lines, written in the
 * background at most 100 ms later. `flushLog` writes the rest. If standard output cannot be written to (full pipe, full
 * disk), lines wait and are finally dropped; the process is never blocked.
 */
export async function openOutput(): Promise<Output> {
  // Reading `process.stdout` also makes a pipe non-blocking.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (process.stdout.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ destination: 1, sync: true });
  }
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: batchBytes,
    maxWrite: maxWriteBytes,
    maxLength: maxUnwrittenBytes,
    periodicFlush: flushIntervalMs,
    contentMode: 'buffer',
  });
  let unwrittenBytes = 0;
  let isFailing = false;
  destination.on('write', (bytes: number) => {
    unwrittenBytes -= bytes;
    isFailing = false;
  });
  destination.on('drop', ({ length }: Buffer) => {
    unwrittenBytes -= length;
  });
  // Unwritten lines stay in the buffer, and the next flush tries again.
  destination.on('error', () => {
    isFailing = true;
  });
  // pino calls this when the process exits. It would never return while standard output is blocked.
  destination.flushSync = () => {};
  return {
    write: (lines: string) => {
      const bytes = Buffer.from(lines);
      unwrittenBytes += bytes.length;
      // The length of a growing string would be computed again for each line. The declared type allows only strings.
      return destination.write(bytes as unknown as string);
    },
    // One flush can leave lines that arrived during a write.
    flush: (done: () => void = () => {}) => {
      const next = () => (unwrittenBytes <= 0 || isFailing ? done() : destination.flush(next));
      destination.flush(next);
    },
  };
}

/** Writes another process's output in whole lines, so that lines of several processes are not mixed. */
export function forwardLines(source: Readable, output: DestinationStream): void {
  let partialLine = '';
  source.setEncoding('utf8');
  source.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    // Long output without line breaks is forwarded in parts, so that the buffer stays small.
    if (end === 0 && partialLine.length < maxWriteBytes) {
      partialLine += text;
      return;
    }
    output.write(partialLine + text.slice(0, end));
    partialLine = text.slice(end);
  });
  source.on('end', () => {
    if (partialLine !== '') output.write(`${partialLine}\n`);
  });
}

/** Resolves when every line so far has been written, or standard output cannot be written to, or after a second. */
export async function flushLog(log: Log): Promise<void> {
  const flushed = new Promise<void>((resolve) => {
    log.flush(() => resolve());
  });
  await Promise.race([flushed, wait(flushTimeoutMs)]);
}

/** More causes than any error has. A cause can be the error itself. */
const maxCauses = 5;

/**
 * Describes an unexpected error for the log: its type and its stack frames. Leaves out the message and the properties,
 * because graphql-js, undici and Node quote inputs, headers and bodies in them.
 *
 * @param redact removes secrets. With it, the message is included
 */
export function describeError(error: unknown, redact?: (text: string) => string, depth = 0): unknown {
  const clean = redact ?? ((text: string) => text);
  if (!(error instanceof Error))
    return { type: typeof error, ...(redact && typeof error === 'string' && { message: redact(error) }) };
  // A line of a message could look like a stack frame.
  const stack = String(error.stack ?? '').replace(error.message, () => '');
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: clean(error.name),
    ...('code' in error && typeof error.code === 'string' ? { code: clean(error.code) } : {}),
    ...(redact && { message: redact(error.message) }),
    stack: clean(frames.map((line) => line.trim()).join('\n')),
    ...(error.cause instanceof Error && depth < maxCauses
      ? { cause: describeError(error.cause, redact, depth + 1) }
      : {}),
  };
}
