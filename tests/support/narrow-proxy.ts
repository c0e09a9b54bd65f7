import { connect, createServer, type Socket } from "node:net";
import { own } from "./lifetime.ts";

/** The kinds of request that the proxy lets through. */
export type Passage = {
  /** `blocked`: answers an upgrade with 502 and cuts open sockets; `swallowed`: answers nothing. */
  readonly upgrades: "open" | "blocked" | "swallowed";
  /** `held-back`: collects the answer without passing it on, like a buffering proxy; `blocked`: answers with 502. */
  readonly streams: "open" | "held-back" | "blocked";
};

export type NarrowProxy = { readonly url: string; setPassage(passage: Passage): void; setTarget(port: number): void };

const REFUSAL =
  "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<h1>No</h1>\r\n";
const HEAD_END = "\r\n\r\n";

type Kind = "upgrade" | "stream" | "other";

const kindOf = (head: string): Kind => {
  if (/^upgrade:\s*websocket/im.test(head)) return "upgrade";
  return /^GET \/api\/events\/stream/.test(head) ? "stream" : "other";
};

/** Limits a connection to one request: the rules apply to the first one only. */
const single = (head: string): string =>
  `${head.replace(/\r\nconnection:[^\r]*/i, "").slice(0, -HEAD_END.length)}\r\nConnection: close${HEAD_END}`;

/** Starts a reverse proxy that blocks upgrades and streams on demand. It is closed with the test file. */
export const startNarrowProxy = async (): Promise<NarrowProxy> => {
  let target = 0;
  let passage: Passage = { upgrades: "open", streams: "open" };
  const lines = new Map<Socket, Kind>();

  const pass = (client: Socket, kind: Kind, head: string): void => {
    const { upgrades, streams } = passage;
    if (kind === "upgrade" && upgrades === "swallowed") return;
    if ((kind === "upgrade" && upgrades === "blocked") || (kind === "stream" && streams === "blocked")) {
      client.end(REFUSAL);
      return;
    }
    const server = connect(target, "127.0.0.1");
    server.write(kind === "upgrade" ? head : single(head), "latin1");
    server.on("data", (bytes) => {
      if (kind !== "stream" || passage.streams === "open") client.write(bytes);
    });
    server.on("end", () => client.end());
    server.on("error", () => client.destroy());
    server.on("close", () => client.destroy());
    client.on("data", (bytes) => void server.write(bytes));
    client.on("close", () => server.destroy());
  };

  const server = createServer((client) => {
    let head = "";
    lines.set(client, "other");
    client.on("error", () => client.destroy());
    client.on("close", () => void lines.delete(client));
    const read = (bytes: Buffer): void => {
      head += bytes.toString("latin1");
      const end = head.indexOf(HEAD_END);
      if (end === -1) return;
      client.off("data", read);
      const rest = head.slice(end + HEAD_END.length);
      head = head.slice(0, end + HEAD_END.length);
      const kind = kindOf(head);
      lines.set(client, kind);
      pass(client, kind, head);
      if (rest !== "") client.emit("data", Buffer.from(rest, "latin1"));
    };
    client.on("data", read);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  own(async () => {
    for (const client of lines.keys()) client.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    setTarget: (port) => {
      target = port;
    },
    setPassage: (next) => {
      const wasHeld = passage.streams === "held-back";
      passage = next;
      for (const [client, kind] of lines) {
        if (kind === "upgrade" && next.upgrades !== "open") client.destroy();
        if (kind === "stream" && (wasHeld || next.streams === "blocked")) client.destroy();
      }
    },
  };
};
