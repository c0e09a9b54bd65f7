import { connect, createServer, type Server, type Socket } from "node:net";
import { own } from "./lifetime.ts";

/** What becomes of bytes on their way, from when it is set; connections that are open are concerned too. */
export type Weather = {
  /** Added to each chunk in each direction, in milliseconds; the order of a direction is kept. */
  readonly delayMs: number;
  /** Nothing arrives any more and nobody is told. A connection that lost bytes is reset when the weather clears. */
  readonly swallows: "nothing" | "to-server" | "to-client" | "everything";
  /** New connections are reset at once. */
  readonly refuses: boolean;
};

export const FAIR: Weather = { delayMs: 0, swallows: "nothing", refuses: false };

export type ChaosProxy = {
  readonly port: number;
  readonly connections: number;
  /** How many chunks were lost. */
  readonly swallowed: number;
  setWeather(weather: Partial<Weather>): void;
  /** Where new connections go from now on. */
  setTarget(port: number): void;
  /** Resets a share of the open connections, 0 to 1. */
  cut(share?: number): void;
  /** Ends the direction to the client of a share of the connections; the other stays open. */
  halfClose(share?: number): void;
  close(): Promise<void>;
};

type Direction = "to-server" | "to-client";

type PairDeps = {
  readonly weather: () => Weather;
  readonly swallowed: () => void;
  readonly gone: (pair: Pair) => void;
};

/** One connection through the proxy. */
class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #weather: () => Weather;
  readonly #swallowed: () => void;
  readonly #dueAt: Record<Direction, number> = { "to-server": 0, "to-client": 0 };
  #hasLost = false;

  constructor(client: Socket, server: Socket, { weather, swallowed, gone }: PairDeps) {
    this.#client = client;
    this.#server = server;
    this.#weather = weather;
    this.#swallowed = swallowed;
    this.#pipe(client, server, "to-server");
    this.#pipe(server, client, "to-client");
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // What went wrong is told by the close that follows.
      socket.on("error", () => {});
      socket.on("close", () => {
        gone(this);
        this.reset();
      });
    }
  }

  #pipe(from: Socket, to: Socket, direction: Direction): void {
    from.on("data", (chunk: Buffer) => {
      const { swallows } = this.#weather();
      if (swallows === "everything" || swallows === direction) {
        this.#hasLost = true;
        this.#swallowed();
        return;
      }
      // Bytes that come behind lost ones would be nonsense to whoever reads them.
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
    const dueAt = Math.max(this.#dueAt[direction], now + this.#weather().delayMs);
    this.#dueAt[direction] = dueAt;
    if (dueAt <= now) run();
    else setTimeout(run, dueAt - now);
  }

  /** The weather clears. */
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

/** A TCP proxy that is as bad as it is told to be. Counts no time and tosses no dice of its own but for shares. */
export const startChaosProxy = async (target: number, random: () => number = Math.random): Promise<ChaosProxy> => {
  const pairs = new Set<Pair>();
  let weather = FAIR;
  let port = target;
  let swallowed = 0;
  const deps: PairDeps = {
    weather: () => weather,
    swallowed: () => {
      swallowed += 1;
    },
    gone: (pair) => pairs.delete(pair),
  };
  const some = (share: number) => [...pairs].filter(() => random() < share);
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (client) => {
    if (weather.refuses) {
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
    setWeather: (change) => {
      weather = { ...weather, ...change };
      if (weather.swallows === "nothing") for (const pair of pairs) pair.clear();
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
