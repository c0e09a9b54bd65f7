import { expect, test } from "bun:test";
import { own } from "./lifetime.ts";
import { startNarrowProxy } from "./narrow-proxy.ts";

/** Starts a proxy before a server that echoes sockets, streams one line, and answers everything else. */
const start = async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    websocket: { message: (socket, text) => void socket.send(text) },
    fetch: async (request, at) => {
      if (at.upgrade(request)) return undefined;
      return new Response(request.method === "POST" ? await request.text() : "line\n");
    },
  });
  own(() => server.stop(true));
  const proxy = await startNarrowProxy();
  proxy.setTarget(server.port ?? 0);
  return proxy;
};

const echoes = (url: string): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = new WebSocket(url.replace("http", "ws"));
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => {
    resolve(data === "hello");
    socket.close();
  };
  socket.onclose = () => resolve(false);
  return promise;
};

test("passes on requests with their bodies, streams and sockets", async () => {
  const { url } = await start();
  const body = "x".repeat(100_000);
  expect(await (await fetch(`${url}/other`, { method: "POST", body })).text()).toBe(body);
  expect(await (await fetch(`${url}/api/events/stream?tenantId=t`)).text()).toBe("line\n");
  expect(await echoes(url)).toBe(true);
});

test("blocks sockets and streams, and nothing else", async () => {
  const { url, setPassage } = await start();
  setPassage({ upgrades: "blocked", streams: "blocked" });
  expect(await echoes(url)).toBe(false);
  expect((await fetch(`${url}/api/events/stream?tenantId=t`)).status).toBe(502);
  expect((await fetch(`${url}/other`)).status).toBe(200);
});

test("holds streams back without an answer", async () => {
  const { url, setPassage } = await start();
  setPassage({ upgrades: "open", streams: "held-back" });
  const asked = fetch(`${url}/api/events/stream?tenantId=t`);
  await expect(asked).rejects.toThrow();
});
