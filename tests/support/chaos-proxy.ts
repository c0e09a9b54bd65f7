import { connect, createServer, type Server, type Socket } from "node:net";
import { own } from "./lifetime.ts";

/** Conditions of the connections, open ones included, from the moment they are set. */
export type Conditions = {
  /** Delay of each chunk in each direction, in milliseconds; each direction keeps its order. */
  readonly delayMs: number;
  /** Drops bytes without an error. A connection that lost bytes is reset when `swallows` returns to `nothing`. */
  readonly swallows: "nothing" | "to-server" | "to-client" | "everything";
  /** Resets new connections at once. */
  readonly refuses: boolean;
};

export const NORMAL: Conditions = { delayMs: 0, swallows: "nothing", refuses: false };

export type ChaosProxy = {
  readonly port: number;
  readonly connections: number;
  /** Number of dropped chunks. */
  readonly swallowed: number;
  setConditions(conditions: Partial<Conditions>): void;
  /** Sends new connections to this port. */
  setTarget(port: number): void;
  /** Resets a share of the open connections, 0 to 1. */
  cut(share?: number): void;
  /** Ends the direction to the client of a share of the connections; the other stays open. */
  halfClose(share?: number): void;
  close(): Promise<void>;
};

type Direction = "to-server" | "to-client";

type PairDeps = {
  readonly conditions: () => Conditions;
  readonly swallowed: () => void;
  readonly gone: (pair: Pair) => void;
};

/** One connection through the proxy. */
class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #conditions: () => Conditions;
  readonly #swallowed: () => void;
  readonly #dueAt: Record<Direction, number> = { "to-server": 0, "to-client": 0 };
  #hasLost = false;

  constructor(client: Socket, server: Socket, { conditions, swallowed, gone }: PairDeps) {
    this.#client = client;
    this.#server = server;
    this.#conditions = conditions;
    this.#swallowed = swallowed;
    this.#pipe(client, server, "to-server");
    this.#pipe(server, client, "to-client");
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // The close that follows handles it.
      socket.on("error", () => {});
      socket.on("close", () => {
        gone(this);
        this.reset();
      });
    }
  }

  #pipe(from: Socket, to: Socket, direction: Direction): void {
    from.on("data", (chunk: Buffer) => {
      const { swallows } = this.#conditions();
      if (swallows === "everything" || swallows === direction) {
        this.#hasLost = true;
        this.#swallowed();
        return;
      }
      // Bytes after a gap would be garbage to their reader.
      if (this.#hasLost) this.reset();
      else this.#later(direction, () => this.#write(from, to, chunk));
    });
    from.on("end", () => this.#later(direction, () => to.end()));
  }

  #write(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.destroyed || !to.writable || to.write(chunk)) return;
    from.pause();
    to.once("drain", () => from.resume());
  }

  #later(direction: Direction, run: () => void): void {
    const now = performance.now();
    const dueAt = Math.max(this.#dueAt[direction], now + this.#conditions().delayMs);
    this.#dueAt[direction] = dueAt;
    if (dueAt <= now) run();
    else setTimeout(run, dueAt - now);
  }

  /** Resets the connection if it lost bytes. */
  clear(): void {
    if (this.#hasLost) this.reset();
  }

  halfClose(): void {
    this.#client.end();
  }

  reset(): void {
    for (const socket of [this.#client, this.#server]) if (!socket.destroyed) socket.resetAndDestroy();
  }
}

/** Starts a TCP proxy with adjustable faults. It has no timing or randomness of its own but for shares. */
export const startChaosProxy = async (target: number, random: () => number = Math.random): Promise<ChaosProxy> => {
  const pairs = new Set<Pair>();
  let conditions = NORMAL;
  let port = target;
  let swallowed = 0;
  const deps: PairDeps = {
    conditions: () => conditions,
    swallowed: () => {
      swallowed += 1;
    },
    gone: (pair) => pairs.delete(pair),
  };
  const some = (share: number) => [...pairs].filter(() => random() < share);
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (client) => {
    if (conditions.refuses) {
      client.resetAndDestroy();
      return;
    }
    const onward = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    pairs.add(new Pair(client, onward, deps));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const close = async () => {
    server.close();
    for (const pair of pairs) pair.reset();
  };
  own(close);
  return {
    port: address.port,
    get connections() {
      return pairs.size;
    },
    get swallowed() {
      return swallowed;
    },
    setConditions: (change) => {
      conditions = { ...conditions, ...change };
      if (conditions.swallows === "nothing") for (const pair of pairs) pair.clear();
    },
    setTarget: (next) => {
      port = next;
    },
    cut: (share = 1) => {
      for (const pair of some(share)) pair.reset();
    },
    halfClose: (share = 1) => {
      for (const pair of some(share)) pair.halfClose();
    },
    close,
  };
};
