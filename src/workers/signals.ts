/**
 * Installs the handlers of SIGTERM and SIGINT when it is imported. The program imports it first, for two reasons: the
 * kernel drops a signal to PID 1 without a handler, and a process that is still starting must be able to end with 0.
 *
 * This file imports nothing, so that the handlers exist before anything else is loaded.
 */

/** Commands that run until a signal. Before they listen, they can be ended without loss. */
const isServer = ['serve', 'demo', 'sandbox'].includes(process.argv[2] ?? '');
/** Exit codes of processes that a signal ended, as shells report them. */
const interrupted = { SIGTERM: 143, SIGINT: 130 } as const;

export type EndSignal = keyof typeof interrupted;

let onSignal = (signal: EndSignal): void => process.exit(isServer ? 0 : interrupted[signal]);

process.on('SIGTERM', () => onSignal('SIGTERM'));
process.on('SIGINT', () => onSignal('SIGINT'));

/** Sets the handler of signals. Without it, a signal ends the process immediately. */
export function handleSignals(handler: (signal: EndSignal) => void): void {
  onSignal = handler;
}
