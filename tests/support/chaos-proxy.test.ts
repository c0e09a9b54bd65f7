import { expect, test } from "bun:test";
import { type ChaosProxy, FAIR, startChaosProxy } from "./chaos-proxy.ts";
import { own } from "./lifetime.ts";

/** An echo behind a proxy, and a connection to it through the proxy. */
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
  let heard = "";
  let waiting: { text: string; resolve: () => void } | null = null;
  const closed = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: proxy.port,
    socket: {
      data: (_, bytes) => {
        heard += bytes.toString();
        if (waiting !== null && heard.includes(waiting.text)) waiting.resolve();
      },
      end: () => closed.resolve(),
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  });
  return {
    say: (text: string) => void socket.write(text),
    heard: () => heard,
    hears: (text: string) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { text, resolve };
      if (heard.includes(text)) resolve();
      return promise;
    },
    closed: closed.promise,
  };
};

test("passes on what is said, both ways", async () => {
  const { open } = await start();
  const line = await open();
  line.say("hello");
  await line.hears("hello");
});

test("delays, and keeps the order", async () => {
  const { proxy, open } = await start();
  proxy.setWeather({ delayMs: 40 });
  const line = await open();
  const asked = performance.now();
  line.say("one");
  line.say("two");
  await line.hears("onetwo");
  expect(performance.now() - asked).toBeGreaterThanOrEqual(80);
});

test("swallows without a word, and resets what lost something when the weather clears", async () => {
  const { proxy, open } = await start();
  const line = await open();
  line.say("a");
  await line.hears("a");
  proxy.setWeather({ swallows: "to-client" });
  line.say("b");
  while (proxy.swallowed < 1) await Bun.sleep(1);
  proxy.setWeather({ swallows: "to-server" });
  const other = await open();
  other.say("c");
  while (proxy.swallowed < 2) await Bun.sleep(1);
  proxy.setWeather(FAIR);
  await Promise.all([line.closed, other.closed]);
  expect(line.heard()).toBe("a");
});

test("cuts what is open and refuses what is new", async () => {
  const { proxy, open } = await start();
  const line = await open();
  line.say("a");
  await line.hears("a");
  proxy.cut();
  await line.closed;
  proxy.setWeather({ refuses: true });
  const refused = await open();
  await refused.closed;
});

test("closes one half", async () => {
  const { proxy, open } = await start();
  const line = await open();
  line.say("a");
  await line.hears("a");
  proxy.halfClose();
  await line.closed;
});

test("leads new connections elsewhere", async () => {
  const { proxy } = await start();
  const other = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: (socket) => void socket.write("other"), data: () => {} },
  });
  own(() => other.stop(true));
  proxy.setTarget(other.port);
  const line = await open(proxy);
  await line.hears("other");
});
