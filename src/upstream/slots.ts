import { Connection, type ConnectionOptions, type TlsSessions } from './connection.ts';

/** Something that needs a connection. */
export interface Waiter {
  /** Takes the connection, to be released later; or leaves it, with false, to the next one. Must not throw. */
  start(connection: Connection): boolean;
  /** There will be no connection any more. Called at most once, in the queue. */
  shutDown(): void;
}

/**
 * Who gets which connection: one that is open and has been idle the longest, else a new one, else a place in a bounded
 * queue, first come first served.
 *
 * A Client for each connection and no undici Pool over them. A Pool has an unbounded queue that counts towards no
 * timeout, so that this one is needed anyway; forgets a client whose connect failed while a request may still be handed
 * to it, so that there can be more sockets than allowed and some that `close()` does not know; and says nothing of which
 * socket a request will use.
 *
 * **Two answers to one request.** A second answer that arrives with the first, or while the connection is idle, makes
 * undici close the socket. undici looks for it once more before it writes to a used socket, but in the same turn of the
 * event loop, in which nothing new can have been read. So a connection rests until the turn in which its answer came has
 * ended; undici's look then comes after sockets have been read again. The longest idle first lengthens the rest for
 * nothing. What HTTP/1.1 gives no means to tell is a second answer that arrives after the next request was written: it
 * has no mark that says which request it is for.
 */
export class ConnectionSlots {
  readonly #options: ConnectionOptions;
  readonly #maxConnections: number;
  readonly #maxQueued: number;
  readonly #onRelease: () => void;
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  // No Set: with so much coming and going, V8 keeps every table that it has outgrown, and all that was in it, until a full collection.
  readonly #queue: Waiter[] = [];
  readonly #sessions: TlsSessions = { latest: undefined };
  #restingCount = 0;
  #isDestroyed = false;

  /** @param onRelease called after each release, when the connection is free again */
  constructor(options: ConnectionOptions, maxConnections: number, maxQueued: number, onRelease: () => void) {
    this.#options = options;
    this.#maxConnections = maxConnections;
    this.#maxQueued = maxQueued;
    this.#onRelease = onRelease;
  }

  /** How many wait for a connection. */
  get queueDepth(): number {
    return this.#queue.length;
  }

  /** Whether no connection will work any more. */
  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** How many connections are taken. */
  get busyCount(): number {
    return this.#connections.length - this.#idle.length;
  }

  /** Gives the waiter a connection, at once where one is free; false where too many wait already. */
  enter(waiter: Waiter): boolean {
    // One that rests is free within this turn of the event loop, sooner than a new one could be.
    if (this.#idle.length === 0 && this.#restingCount > this.#queue.length) {
      this.#queue.push(waiter);
      return true;
    }
    const connection = this.#takeFree();
    if (connection !== undefined) {
      if (!waiter.start(connection)) this.#idle.push(connection);
      return true;
    }
    if (this.#queue.length >= this.#maxQueued + this.#restingCount) return false;
    this.#queue.push(waiter);
    return true;
  }

  /** Gives up the place in the queue, where the waiter has one. */
  leave(waiter: Waiter): void {
    const index = this.#queue.indexOf(waiter);
    if (index !== -1) this.#queue.splice(index, 1);
  }

  /** Hands a connection back. The next waiter gets it in the next turn of the event loop, never within this call. */
  release(connection: Connection): void {
    this.#restingCount += 1;
    setImmediate(this.#endRest, connection);
  }

  /** Ends what runs and what waits. */
  destroy(): void {
    this.#isDestroyed = true;
    for (const waiter of this.#queue.splice(0)) waiter.shutDown();
    for (const connection of this.#connections) connection.destroy();
  }

  /** Closes all connections; call it when none is busy. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #takeFree(): Connection | undefined {
    const index = this.#idle.findIndex((connection) => connection.isWarm);
    if (index >= 0) return this.#idle.splice(index, 1)[0];
    const cold = this.#idle.pop();
    if (cold !== undefined) return cold;
    if (this.#connections.length >= this.#maxConnections) return undefined;
    const created = new Connection(this.#options, this.#sessions);
    this.#connections.push(created);
    return created;
  }

  readonly #endRest = (connection: Connection): void => {
    this.#restingCount -= 1;
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift()) {
      if (waiter.start(connection)) return;
    }
    this.#idle.push(connection);
    this.#onRelease();
  };
}
