import { Connection } from './connection.ts';
import { FairQueue, type Queueable } from './fair-queue.ts';
import type { ConnectionOptions, TlsSessionCache } from './open-socket.ts';

interface TurnEntry {
  readonly connection: Connection;
  /** Undefined if the connection was released. */
  readonly waiter: Waiter | undefined;
}

export interface Waiter extends Queueable {
  /**
   * Takes the connection, which must be released later. Returns false to leave it to the next waiter. Must not throw.
   *
   * @param isContended whether there are more waiters than connections in this turn
   */
  startAttempt(connection: Connection, isContended: boolean): boolean;
  /** Ends the wait without a connection: a caller with fewer calls gets its position, or the pool is destroyed. */
  refuse(code: 'OVERLOADED' | 'UPSTREAM_UNAVAILABLE'): void;
}

/**
 * Assigns connections: an idle one (open ones first), otherwise one that is released in this turn, otherwise a new one.
 * Other waiters enter a bounded queue that is fair between callers.
 *
 * Uses one undici Client per connection instead of a Pool, for three reasons. A Pool has an unbounded queue, whose wait
 * no timeout includes. It forgets a client whose connect failed although that client can still receive a request, so it
 * can open more sockets than allowed, and `close()` misses some. It does not say which socket a request will use.
 *
 * **Two responses to one request.** A second response that arrives with the first, or while the connection is idle,
 * makes undici close the socket. HTTP/1.1 cannot detect one that arrives after the next request was written. So between
 * a response and the next request, sockets are read again: the connections and waiters of one turn are processed in its
 * `setImmediate`, and undici waits for another one before it writes to a used socket (7.30,
 * scheduleIdleSocketValidation).
 */
export class ConnectionPool {
  readonly #options: ConnectionOptions;
  readonly #onIdle: () => void;
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  readonly #queue = new FairQueue<Waiter>();
  readonly #sessions: TlsSessionCache = { latest: undefined };
  /** Connections that were given to a waiter, or released, in this turn of the event loop. */
  #turn: TurnEntry[] = [];
  /** Connections that were released in this turn. They are free at its end. */
  #releasedCount = 0;
  #isDestroyed = false;

  /** @param onIdle called when a connection becomes idle because no waiter takes it */
  constructor(options: ConnectionOptions, onIdle: () => void) {
    this.#options = options;
    this.#onIdle = onIdle;
  }

  get queueDepth(): number {
    return this.#queue.length;
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  get busyCount(): number {
    return this.#connections.length - this.#idle.length;
  }

  /** Gives the waiter a connection, at the end of this turn or later. Returns false if the queue is full. */
  acquire(waiter: Waiter): boolean {
    // A released connection is free earlier than a new one could be opened.
    if (this.#idle.length === 0 && this.#releasedCount > this.#queue.length) {
      this.#queue.push(waiter);
      return true;
    }
    const connection = this.#takeIdleOrCreate();
    if (connection !== undefined) {
      this.#queue.countRunning(waiter.caller, 1);
      this.#addToTurn(connection, waiter);
      return true;
    }
    let refused: Waiter | undefined;
    // Waiters that will get a released connection do not count as queued.
    if (this.#queue.length >= this.#options.upstreamQueue + this.#releasedCount) {
      refused = this.#queue.makeRoom(waiter.caller);
      if (refused === undefined) return false;
    }
    this.#queue.push(waiter);
    refused?.refuse('OVERLOADED');
    return true;
  }

  /**
   * Removes the waiter from the queue, if it is there. If it already has a connection, its `startAttempt` must return
   * false.
   */
  cancel(waiter: Waiter): void {
    this.#queue.remove(waiter);
  }

  /** Returns a connection. The next waiter gets it in the `setImmediate` of this turn of the event loop. */
  release(connection: Connection, caller: string): void {
    this.#queue.countRunning(caller, -1);
    this.#releasedCount += 1;
    this.#addToTurn(connection, undefined);
  }

  /** Aborts connections that are still being opened. Must be called when no call needs one. */
  stopConnecting(): void {
    for (const connection of this.#connections) connection.stopConnecting();
  }

  /** Ends all running and waiting calls. */
  destroy(): void {
    this.#isDestroyed = true;
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift())
      waiter.refuse('UPSTREAM_UNAVAILABLE');
    for (const { waiter } of this.#turn) waiter?.refuse('UPSTREAM_UNAVAILABLE');
    for (const connection of this.#connections) connection.destroy();
  }

  /** Closes all connections. Must be called when no connection is in use. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #takeIdleOrCreate(): Connection | undefined {
    const index = this.#idle.findIndex((connection) => connection.isOpen);
    if (index >= 0) return this.#idle.splice(index, 1)[0];
    const closed = this.#idle.pop();
    if (closed !== undefined) return closed;
    if (this.#connections.length >= this.#options.upstreamConnections) return undefined;
    const created = new Connection(this.#options, this.#sessions);
    this.#connections.push(created);
    return created;
  }

  #addToTurn(connection: Connection, waiter: Waiter | undefined): void {
    if (this.#turn.length === 0) setImmediate(this.#onTurnEnd);
    this.#turn.push({ connection, waiter });
  }

  readonly #onTurnEnd = (): void => {
    const turn = this.#turn;
    this.#turn = [];
    for (const { connection, waiter } of turn) {
      if (waiter === undefined) this.#releasedCount -= 1;
      else if (this.#start(waiter, connection)) continue;
      this.#passOn(connection);
    }
  };

  /** Gives the connection to the next waiter that takes it. Without one, it becomes idle. */
  #passOn(connection: Connection): void {
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift()) {
      this.#queue.countRunning(waiter.caller, 1);
      if (this.#start(waiter, connection)) return;
    }
    this.#idle.push(connection);
    this.#onIdle();
  }

  /** Starts the attempt of a waiter that already counts as running. */
  #start(waiter: Waiter, connection: Connection): boolean {
    connection.dropIfUnusable();
    const isStarted = waiter.startAttempt(connection, this.#queue.length > this.#releasedCount);
    if (!isStarted) this.#queue.countRunning(waiter.caller, -1);
    return isStarted;
  }
}
