import { expect, test } from "bun:test";
import { type ChaosProxy, NORMAL, startChaosProxy } from "./chaos-proxy.ts";
import { own } from "./lifetime.ts";

/** Starts an echo server behind a proxy. */
const start = async () => {
  const echo = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket, bytes) => void socket.write(bytes) },
  });
  own(() => echo.stop(true));
  const proxy = await startChaosProxy(echo.port, () => 0);
  return { proxy, open: () => open(proxy) };
};

const open = async (proxy: ChaosProxy) => {
  let received = "";
  let waiting: { text: string; resolve: () => void } | null = null;
  const closed = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: proxy.port,
    socket: {
      data: (_, bytes) => {
        received += bytes.toString();
        if (waiting !== null && received.includes(waiting.text)) waiting.resolve();
      },
      end: () => closed.resolve(),
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  });
  return {
    send: (text: string) => void socket.write(text),
    received: () => received,
    receives: (text: string) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { text, resolve };
      if (received.includes(text)) resolve();
      return promise;
    },
    closed: closed.promise,
  };
};

test("passes bytes on in both directions", async () => {
  const { open } = await start();
  const connection = await open();
  connection.send("hello");
  await connection.receives("hello");
});

test("delays bytes and keeps their order", async () => {
  const { proxy, open } = await start();
  proxy.setConditions({ delayMs: 40 });
  const connection = await open();
  const asked = performance.now();
  connection.send("one");
  connection.send("two");
  await connection.receives("onetwo");
  expect(performance.now() - asked).toBeGreaterThanOrEqual(80);
});

test("drops bytes silently, and resets connections that lost some when the fault ends", async () => {
  const { proxy, open } = await start();
  const connection = await open();
  connection.send("a");
  await connection.receives("a");
  proxy.setConditions({ swallows: "to-client" });
  connection.send("b");
  while (proxy.swallowed < 1) await Bun.sleep(1);
  proxy.setConditions({ swallows: "to-server" });
  const other = await open();
  other.send("c");
  while (proxy.swallowed < 2) await Bun.sleep(1);
  proxy.setConditions(NORMAL);
  await Promise.all([connection.closed, other.closed]);
  expect(connection.received()).toBe("a");
});

test("resets open connections and refuses new ones", async () => {
  const { proxy, open } = await start();
  const connection = await open();
  connection.send("a");
  await connection.receives("a");
  proxy.cut();
  await connection.closed;
  proxy.setConditions({ refuses: true });
  const refused = await open();
  await refused.closed;
});

test("closes one direction of a connection", async () => {
  const { proxy, open } = await start();
  const connection = await open();
  connection.send("a");
  await connection.receives("a");
  proxy.halfClose();
  await connection.closed;
});

test("sends new connections to another target", async () => {
  const { proxy } = await start();
  const other = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: (socket) => void socket.write("other"), data: () => {} },
  });
  own(() => other.stop(true));
  proxy.setTarget(other.port);
  const connection = await open(proxy);
  await connection.receives("other");
});
