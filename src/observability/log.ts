import cluster from 'node:cluster';
import { setTimeout } from 'node:timers/promises';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Where the program says what happens: JSON lines on standard output. No secret is ever given to it. */
export type Log = Logger;

/** Lines are collected up to this length, so that a request costs a small fraction of a system call. */
const batchBytes = 16_384;
/** One write: what a pipe of Linux holds. */
const maxWriteBytes = 65_536;
/** For processes that share a pipe: so that the line that fills a batch still goes out with it. */
const sharedBatchBytes = 2048;
/** What a pipe takes as a whole, PIPE_BUF of Linux: lines of several processes never run into each other. */
const sharedMaxWriteBytes = 4096;
/** How long a line may wait for others: nobody who watches notices. */
const flushIntervalMs = 100;
/** Where nobody reads, lines beyond this, some fifty thousand, are dropped: the log is not worth the process. */
const maxUnreadBytes = 16_777_216;
/** How long the end of the process waits for a reader; one that reads takes milliseconds. */
const flushTimeoutMs = 1000;

/**
 * @param level the least level that is written
 * @param destination where the lines go, a line a call
 */
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
 * The log on standard output: for people where that is a terminal, else JSON lines, which are written in the background
 * at most 100 ms later. What has not been written is, when the process exits.
 */
export async function openLog(level: string): Promise<Log> {
  if (process.stdout.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    return createLog(level, pretty({ destination: 1, sync: true }));
  }
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: cluster.isWorker ? sharedBatchBytes : batchBytes,
    maxWrite: cluster.isWorker ? sharedMaxWriteBytes : maxWriteBytes,
    maxLength: maxUnreadBytes,
    periodicFlush: flushIntervalMs,
    contentMode: 'buffer',
  });
  const stream = {
    // Given text, it would measure all that it holds anew for each line: a third of what a line costs. Its declared type
    // knows text alone.
    write: (line: string) => destination.write(Buffer.from(line) as unknown as string),
    flush: (done?: (error?: Error) => void) => destination.flush(done),
  };
  return createLog(level, stream);
}

/** Resolves when every line so far has been written, or nobody has read them for a second. */
export async function flushLog(log: Log): Promise<void> {
  const flushed = new Promise<void>((resolve) => {
    log.flush(() => resolve());
  });
  await Promise.race([flushed, setTimeout(flushTimeoutMs, undefined, { ref: false })]);
}

/**
 * What the log says of an error that nobody expected: its kind, and where it came from. Its message and its properties
 * are left out: those of graphql-js, undici and Node quote inputs, headers and bodies.
 */
export function describeFault(fault: unknown): unknown {
  if (!(fault instanceof Error)) return { type: typeof fault };
  // A message of several lines could look like a frame.
  const stack = fault.stack?.replace(fault.message, () => '') ?? '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: fault.name,
    ...('code' in fault && typeof fault.code === 'string' ? { code: fault.code } : {}),
    stack: frames.map((line) => line.trim()).join('\n'),
    ...(fault.cause instanceof Error ? { cause: describeFault(fault.cause) } : {}),
  };
}
