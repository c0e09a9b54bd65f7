import { expect, test } from "bun:test";
import { connect } from "node:net";
import { EventStream } from "../../api/realtime/event-stream.ts";
import { own } from "../support/lifetime.ts";

const MIB = 1024 * 1024;
const EVENT = { event: "message", data: "x".repeat(10_000) };

/** Waits for one turn of the event loop, in which sockets are flushed. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Serves a stream; resolves to it and to a client connection that can be paused. */
const openStream = async () => {
  const opened = Promise.withResolvers<EventStream>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: () => {
      const stream = new EventStream({});
      opened.resolve(stream);
      return stream.response;
    },
  });
  own(() => server.stop(true));
  const socket = connect(server.port ?? 0, "127.0.0.1");
  own(async () => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return { stream: await opened.promise, socket };
};

test("a stream whose reader stops reading is closed at a bound, and memory stays bounded", async () => {
  const { stream, socket } = await openStream();
  await new Promise((resolve) => {
    stream.comment("begun");
    socket.once("data", resolve);
  });
  socket.pause();
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  let isClosed = false;
  stream.onClose(() => {
    isClosed = true;
  });
  for (let sent = 0; stream.isOpen && sent < 20_000; sent += 1) {
    void stream.write(EVENT);
    await turn();
  }
  expect([stream.isOpen, isClosed]).toEqual([false, true]);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
}, 30_000);

test("a writer that awaits write never exceeds the bound of a reader that reads", async () => {
  const { stream, socket } = await openStream();
  let read = 0;
  socket.on("data", (part) => {
    read += part.length;
  });
  for (let sent = 0; sent < 1_000; sent += 1) await stream.write(EVENT);
  expect(stream.isOpen).toBe(true);
  while (read < 1_000 * EVENT.data.length) await turn();
}, 30_000);
