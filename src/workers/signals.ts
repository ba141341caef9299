/**
 * Installs the handlers of SIGTERM and SIGINT when it is imported, which is the first thing that the program does. The
 * kernel drops a signal to PID 1 that has no handler, and without one a starting process could not end with 0.
 *
 * This file imports nothing, so that the handlers exist before anything else is loaded.
 */

/** Commands that run until a signal. Nothing is lost if one is interrupted before it listens. */
const isServer = ['serve', 'demo', 'sandbox'].includes(process.argv[2] ?? '');
/** Exit codes of processes that a signal ended, as shells report them. */
const interrupted = { SIGTERM: 143, SIGINT: 130 } as const;

export type EndSignal = keyof typeof interrupted;

let onSignal = (signal: EndSignal): void => process.exit(isServer ? 0 : interrupted[signal]);

process.on('SIGTERM', () => onSignal('SIGTERM'));
process.on('SIGINT', () => onSignal('SIGINT'));

/** Replaces what a signal does. Until then it ends the process immediately. */
export function handleSignals(handler: (signal: EndSignal) => void): void {
  onSignal = handler;
}
