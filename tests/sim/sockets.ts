import type { ServerWebSocket, WebSocketHandler } from "bun";
import type { Socket, SocketHandlers } from "../../client/realtime/ports.ts";
import type { SocketData } from "../../wss/server.ts";
import { Direction, LATENCY_MS } from "./direction.ts";
import type { SimProcess } from "./process.ts";
import type { Owner, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** How much of what a stalled reader is sent the systems in between hold, in UTF-16 units. */
const IN_BETWEEN = 32 * 1024;

/** One WebSocket between a page and a node, seen from both ends. */
export class Connection {
  readonly page: Owner;
  readonly userId: string;
  readonly node: SimBun;
  readonly down: Direction;
  readonly up: Direction;
  readonly socket: Socket;
  readonly #scheduler: Scheduler;
  readonly #handlers: SocketHandlers;
  readonly #onFrame: (text: string) => void;
  readonly #weight: number;
  readonly #topics = new Set<string>();
  readonly #ws: ServerWebSocket<SocketData>;
  #isServerOpen = true;
  #isPageOpen = true;

  constructor(
    node: SimBun,
    page: Owner,
    options: {
      readonly userId: string;
      readonly handlers: SocketHandlers;
      readonly scheduler: Scheduler;
      /** Told of each frame as it reaches the page. */
      readonly onFrame: (text: string) => void;
      /** How much larger than it is each frame counts for the queue. */
      readonly weight: number;
    },
  ) {
    this.node = node;
    this.page = page;
    this.userId = options.userId;
    this.#scheduler = options.scheduler;
    this.#handlers = options.handlers;
    this.#onFrame = options.onFrame;
    this.#weight = options.weight;
    this.down = new Direction(options.scheduler, page, () => this.#onRoom());
    this.up = new Direction(options.scheduler, node.process, () => {});
    this.#ws = this.#serverSide();
    this.socket = {
      send: (text) => this.up.send(text.length, () => this.#fromPage(text)),
      close: (code) => this.#closeFromPage(code ?? 1005),
    };
    node.connections.add(this);
    void node.websocket.open?.(this.#ws);
    this.down.send(0, () => {
      if (this.#isPageOpen) this.#handlers.onOpen();
    });
  }

  get isOpen(): boolean {
    return this.#isServerOpen || this.#isPageOpen;
  }

  /** Both ends learn that it is over. */
  cut(): void {
    this.resume();
    this.#serverGone(1006);
    this.#pageGone(1006);
  }

  /** What one end was sent does not arrive any more, for now. */
  stall(direction: "up" | "down" | "both"): void {
    if (direction !== "down") this.up.isStalled = true;
    if (direction !== "up") this.down.isStalled = true;
  }

  get isStalled(): boolean {
    return this.up.isStalled || this.down.isStalled;
  }

  /** Both directions work again. Where nobody is left at the other end, the page learns that now. */
  resume(): void {
    this.up.resume();
    this.down.resume();
    if (!this.node.process.alive) this.#pageGone(1006);
  }

  /** The node's process died. Its system says so, unless its whole machine is gone. */
  nodeDied(isTraced: boolean): void {
    this.#isServerOpen = false;
    if (isTraced) this.#pageGone(1006);
    else this.down.isStalled = true;
  }

  publish(topic: string, text: string): void {
    if (this.#topics.has(topic)) this.#toPage(text);
  }

  #fromPage(text: string): void {
    if (this.#isServerOpen) void this.node.websocket.message?.(this.#ws, text);
  }

  #toPage(text: string): number {
    if (!this.#isServerOpen) return 0;
    this.down.send(text.length * this.#weight, () => {
      if (!this.#isPageOpen) return;
      this.#onFrame(text);
      this.#handlers.onText(text);
    });
    return this.#buffered() > 0 ? -1 : text.length;
  }

  #buffered(): number {
    return Math.max(0, this.down.buffered - IN_BETWEEN);
  }

  #onRoom(): void {
    if (this.#isServerOpen) void this.node.websocket.drain?.(this.#ws);
  }

  #closeFromServer(code: number): void {
    if (!this.#isServerOpen) return;
    this.#serverGone(code);
    this.down.send(0, () => this.#pageGone(code));
  }

  #serverGone(code: number): void {
    if (!this.#isServerOpen) return;
    this.#isServerOpen = false;
    this.#topics.clear();
    this.node.connections.delete(this);
    this.#scheduler.after(this.#scheduler.between(0, LATENCY_MS), this.node.process, () => {
      void this.node.websocket.close?.(this.#ws, code, "");
    });
  }

  #closeFromPage(code: number): void {
    if (!this.#isPageOpen) return;
    this.#isPageOpen = false;
    this.up.send(0, () => this.#serverGone(code));
  }

  #pageGone(code: number): void {
    if (!this.#isPageOpen) return;
    this.#isPageOpen = false;
    this.#scheduler.after(this.#scheduler.between(0, LATENCY_MS), this.page, () => this.#handlers.onClose(code));
  }

  /** What Bun hands to the handlers, as far as they use it. */
  #serverSide(): ServerWebSocket<SocketData> {
    const side = {
      data: { address: "127.0.0.1" },
      send: (text: string) => this.#toPage(text),
      close: (code: number) => this.#closeFromServer(code),
      terminate: () => this.cut(),
      ping: () => {
        this.down.send(0, () => {
          if (this.#isPageOpen) this.up.send(0, () => this.#ponged());
        });
        return 1;
      },
      subscribe: (topic: string) => void this.#topics.add(topic),
      unsubscribe: (topic: string) => void this.#topics.delete(topic),
      getBufferedAmount: () => this.#buffered(),
      cork: (task: () => void) => task(),
    };
    return side as unknown as ServerWebSocket<SocketData>;
  }

  #ponged(): void {
    if (this.#isServerOpen) void this.node.websocket.pong?.(this.#ws, Buffer.alloc(0));
  }
}

/** Bun's server, as far as a node uses it: sockets and their topics. */
export class SimBun {
  readonly process: SimProcess;
  readonly websocket: WebSocketHandler<SocketData>;
  readonly connections = new Set<Connection>();

  constructor(process: SimProcess, websocket: WebSocketHandler<SocketData>) {
    this.process = process;
    this.websocket = websocket;
  }

  publish(topic: string, text: string | Bun.BufferSource): number {
    if (typeof text !== "string") return 0;
    for (const connection of this.connections) connection.publish(topic, text);
    return text.length;
  }
}

export type SocketWorld = {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  /** The nodes that take connections now. */
  nodes(): readonly SimBun[];
  readonly connections: Set<Connection>;
  /** Whether no connection of this page comes about. */
  isRefused(): boolean;
};

/** A page opens a socket; whatever stands before the nodes picks one. */
export const connectPage = (
  world: SocketWorld,
  page: Owner,
  options: { readonly userId: string; readonly handlers: SocketHandlers; readonly onFrame: (text: string) => void },
): Socket => {
  const { scheduler } = world;
  let connection: Connection | null = null;
  let isWanted = true;
  scheduler.after(scheduler.between(1, 2 * LATENCY_MS), page, () => {
    if (!isWanted) return;
    const node = world.isRefused() ? undefined : scheduler.pick(world.nodes());
    if (node === undefined) {
      world.trace.count("connects refused");
      options.handlers.onClose(1006);
      return;
    }
    const weight = scheduler.chance(0.1) ? 4_000 : 1;
    connection = new Connection(node, page, { ...options, scheduler, weight });
    world.connections.add(connection);
  });
  return {
    send: (text) => connection?.socket.send(text),
    close: (code) => {
      isWanted = false;
      connection?.socket.close(code);
    },
  };
};
