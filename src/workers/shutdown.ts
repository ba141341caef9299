import { describeError, flushLog, type Log } from '../observability/log.ts';
import { type EndSignal, handleSignals } from './signals.ts';

export interface Drainable {
  /** Resolves to whether the response to every running request was complete. */
  drain(): Promise<boolean>;
  /** Ends immediately, without draining. */
  destroy?(): void;
}

interface ShutdownOptions {
  /** Called after the drain, before the process exits. */
  readonly release?: () => Promise<void>;
  /**
   * Whether further signals are ignored, because another process decides. Default: they end the process immediately.
   */
  readonly ignoresFurtherSignals?: boolean;
}

/**
 * npm forwards the SIGINT that the terminal has already sent to the process. Nothing else sends two of them this
 * quickly.
 */
const sameKeyPressMs = 100;

/**
 * Drains and ends the process on SIGTERM, on SIGINT, and after an exception that no handler caught. The exit code is 0,
 * or 1 if the drain was incomplete or an exception was the cause. A second signal ends the process immediately with 1.
 *
 * Returns a function that does the same without a signal.
 */
export function endOnSignal(
  running: Drainable,
  log: Log,
  { release = async () => {}, ignoresFurtherSignals = false }: ShutdownOptions = {},
): () => void {
  let ending: Promise<void> | undefined;
  let isFailed = false;
  let first: { readonly signal: EndSignal; readonly atMs: number } | undefined;

  const exit = async (code: number) => {
    await flushLog(log);
    process.exit(code);
  };
  const drain = async () => {
    try {
      const isComplete = await running.drain();
      await release();
      log[isComplete ? 'info' : 'warn']({ complete: isComplete }, 'ended');
      if (!isComplete) isFailed = true;
    } catch (error) {
      log.fatal({ error: describeError(error) }, 'draining failed');
      isFailed = true;
    }
    await exit(isFailed ? 1 : 0);
  };
  const end = () => {
    ending ??= drain();
  };

  handleSignals((signal) => {
    if (ending === undefined) {
      first = { signal, atMs: performance.now() };
      log.info({ signal }, 'draining');
      log.flush();
      end();
      return;
    }
    const isSameKeyPress =
      signal === 'SIGINT' && first?.signal === 'SIGINT' && performance.now() - first.atMs < sameKeyPressMs;
    if (ignoresFurtherSignals || isSameKeyPress) return;
    running.destroy?.();
    void exit(1);
  });
  const onUncaught = (message: string) => (error: unknown) => {
    log.fatal({ error: describeError(error) }, message);
    isFailed = true;
    end();
  };
  process.on('uncaughtException', onUncaught('uncaught exception: draining, then exiting'));
  process.on('unhandledRejection', onUncaught('unhandled rejection: draining, then exiting'));
  return end;
}
