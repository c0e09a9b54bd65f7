import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { EPOCH, entriesOf, entryOf, newId } from "../contract/pubsub-fixtures.ts";
import { startLocalNode, TestClient, tokenFor } from "./wss-support.ts";

const MIB = 1024 * 1024;

/** Opens a WebSocket over a raw TCP socket, which can stop reading. */
const openRaw = async (url: string): Promise<{ socket: Socket; send(message: unknown): void }> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("data", resolve));
  const send = (message: unknown) => {
    const body = Buffer.from(JSON.stringify(message));
    const size = Buffer.alloc(2);
    size.writeUInt16BE(body.byteLength);
    // The mask is required; one of zeros changes nothing.
    socket.write(Buffer.concat([Buffer.from([0x81, 0xfe]), size, Buffer.alloc(4), body]));
  };
  return { socket, send };
};

/** Resolves when the socket has received these bytes. */
const untilReceived = (socket: Socket, text: string) =>
  new Promise<void>((resolve) => {
    let tail = "";
    const look = (chunk: Buffer) => {
      const carried = tail + chunk.toString("latin1");
      tail = carried.slice(-100);
      if (!carried.includes(text)) return;
      socket.off("data", look);
      resolve();
    };
    socket.on("data", look);
  });

test("S3 a reader that stops reading is closed with 4001, while others receive everything and memory stays bounded", async () => {
  const node = startLocalNode();
  const tenantId = newId();
  await node.commit(tenantId, entriesOf(tenantId, 1, 1));
  const token = await tokenFor(node.tokens, { [tenantId]: { epoch: EPOCH, seq: 1 } });
  const good = new TestClient(node.url);
  await good.auth(token);
  await good.subscribe(tenantId);
  const { socket, send } = await openRaw(node.url);
  const joined = untilReceived(socket, '"subscribed"');
  send({ type: "auth", token });
  send({ type: "subscribe", tenantId });
  await joined;
  socket.pause();

  Bun.gc(true);
  const before = process.memoryUsage().rss;
  const slowOnes = async () => (await node.metrics.slowConsumers.get()).values[0]?.value ?? 0;
  let seq = 1;
  while ((await slowOnes()) === 0 && seq < 20_000) {
    seq += 1;
    await node.commit(tenantId, [entryOf(tenantId, seq, { size: 10_000 })]);
    expect(await good.events(1)).toMatchObject([{ seq }]);
  }
  expect(await slowOnes()).toBe(1);
  expect(node.realtime.connections).toBe(1);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);

  const closeFrame = untilReceived(socket, "\u000f\u00a1too slow");
  socket.resume();
  await closeFrame;
  socket.destroy();

  const back = new TestClient(node.url);
  await back.auth(token);
  const since = { epoch: EPOCH, seq: 10 };
  expect(await back.subscribe(tenantId, since)).toMatchObject({ recovered: true });
  expect((await back.events(seq - 10)).map((event) => event.seq)).toEqual(
    Array.from({ length: seq - 10 }, (_, index) => index + 11),
  );
  await node.stop();
}, 30_000);

test("S3 a replay waits for a reader that stops reading, instead of filling memory", async () => {
  const node = startLocalNode();
  const tenantId = newId();
  await node.commit(tenantId, entriesOf(tenantId, 1, 4_000, 10_000));
  const token = await tokenFor(node.tokens, { [tenantId]: { epoch: EPOCH, seq: 4_000 } });
  const { socket, send } = await openRaw(node.url);
  const joined = untilReceived(socket, '"subscribed"');
  send({ type: "auth", token });
  send({ type: "subscribe", tenantId, since: { epoch: EPOCH, seq: 0 } });
  await joined;
  socket.pause();
  const watcher = new TestClient(node.url);
  await watcher.auth(token);
  for (let round = 0; round < 20; round += 1) {
    watcher.send({ type: "ping" });
    await watcher.next("pong");
  }
  expect((await node.metrics.slowConsumers.get()).values[0]?.value ?? 0).toBe(0);
  const last = untilReceived(socket, '"seq":4000');
  socket.resume();
  await last;
  expect(node.realtime.connections).toBe(2);
  socket.destroy();
  await node.stop();
}, 30_000);
