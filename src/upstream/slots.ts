import { Connection } from './connection.ts';
import { FairQueue, type Queueable } from './fair-queue.ts';
import type { ConnectionOptions, TlsSessions } from './open-socket.ts';

/** Something that needs a connection. */
export interface Waiter extends Queueable {
  /**
   * Takes the connection, to be released later, or leaves it to the next waiter by returning false. Must not throw.
   *
   * @param hasWaited whether the waiter comes from the queue
   */
  start(connection: Connection, hasWaited: boolean): boolean;
  /** Removed from the queue, for a caller with fewer calls in it. */
  refuse(): void;
  /** The connections were destroyed. Called at most once, in the queue. */
  shutDown(): void;
}

/**
 * Assigns connections: an open one (the longest idle first), else a new one. Other waiters enter a bounded queue that is
 * fair between callers.
 *
 * One undici Client per connection, not an undici Pool. A Pool has an unbounded queue that counts towards no timeout;
 * forgets a client whose connect failed although a request may still be passed to it, so that there can be more sockets
 * than allowed and some that `close()` does not know; and does not say which socket a request will use.
 *
 * **Two responses to one request.** A second response that arrives with the first, or while the connection is idle,
 * makes undici close the socket. undici checks for it once more before it writes to a used socket, but in the same turn
 * of the event loop, in which nothing new can have been read. So a released connection is free only after the turn in
 * which its response arrived; undici's check then comes after sockets have been read again. HTTP/1.1 has no means to
 * detect a second response that arrives after the next request was written.
 */
export class ConnectionSlots {
  readonly #options: ConnectionOptions;
  readonly #maxConnections: number;
  readonly #maxQueued: number;
  readonly #onRelease: () => void;
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  readonly #queue = new FairQueue<Waiter>();
  readonly #sessions: TlsSessions = { latest: undefined };
  #releasedCount = 0;
  #isDestroyed = false;

  /** @param onRelease called after each release, when the connection is free again */
  constructor(options: ConnectionOptions, maxConnections: number, maxQueued: number, onRelease: () => void) {
    this.#options = options;
    this.#maxConnections = maxConnections;
    this.#maxQueued = maxQueued;
    this.#onRelease = onRelease;
  }

  /** Number of waiters. */
  get queueDepth(): number {
    return this.#queue.length;
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** Number of connections in use. */
  get busyCount(): number {
    return this.#connections.length - this.#idle.length;
  }

  /** Gives the waiter a connection now or later. Returns false if too many wait already. */
  enter(waiter: Waiter): boolean {
    // A released connection is free within this turn of the event loop, sooner than a new one could be.
    if (this.#idle.length === 0 && this.#releasedCount > this.#queue.length) {
      this.#queue.push(waiter);
      return true;
    }
    const connection = this.#takeFree();
    if (connection !== undefined) {
      if (!this.#start(waiter, connection, false)) this.#idle.push(connection);
      return true;
    }
    let refused: Waiter | undefined;
    if (this.#queue.length >= this.#maxQueued + this.#releasedCount) {
      refused = this.#queue.makeRoom(waiter.caller);
      if (refused === undefined) return false;
    }
    this.#queue.push(waiter);
    refused?.refuse();
    return true;
  }

  /** Removes the waiter from the queue, if it is there. */
  leave(waiter: Waiter): void {
    this.#queue.remove(waiter);
  }

  /** Returns a connection. The next waiter gets it in the next turn of the event loop, never within this call. */
  release(connection: Connection, caller: string): void {
    this.#queue.countRunning(caller, -1);
    this.#releasedCount += 1;
    setImmediate(this.#onFree, connection);
  }

  /** Ends everything that runs or waits. */
  destroy(): void {
    this.#isDestroyed = true;
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift())
      waiter.shutDown();
    for (const connection of this.#connections) connection.destroy();
  }

  /** Closes all connections. Must be called when no connection is in use. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #takeFree(): Connection | undefined {
    const index = this.#idle.findIndex((connection) => connection.isOpen);
    if (index >= 0) return this.#idle.splice(index, 1)[0];
    const closed = this.#idle.pop();
    if (closed !== undefined) return closed;
    if (this.#connections.length >= this.#maxConnections) return undefined;
    const created = new Connection(this.#options, this.#sessions);
    this.#connections.push(created);
    return created;
  }

  readonly #onFree = (connection: Connection): void => {
    this.#releasedCount -= 1;
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift()) {
      if (this.#start(waiter, connection, true)) return;
    }
    this.#idle.push(connection);
    this.#onRelease();
  };

  #start(waiter: Waiter, connection: Connection, hasWaited: boolean): boolean {
    connection.dropIfOld();
    this.#queue.countRunning(waiter.caller, 1);
    const isStarted = waiter.start(connection, hasWaited);
    if (!isStarted) this.#queue.countRunning(waiter.caller, -1);
    return isStarted;
  }
}
