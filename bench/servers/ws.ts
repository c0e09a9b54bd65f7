import "./on-signals.ts";
import { WebSocket, WebSocketServer } from "ws";
import { createRedisRooms, readSubscribe, SUBSCRIBED } from "./redis-rooms.ts";

const rooms = new Map<string, Set<WebSocket>>();

const redis = createRedisRooms(process.env["REDIS_URL"] ?? "", (event, text) => {
  // One buffer for all sockets: the cheapest way that the public API of ws offers.
  const bytes = Buffer.from(text);
  for (const socket of rooms.get(event.tenantId) ?? []) {
    if (socket.readyState === WebSocket.OPEN) socket.send(bytes, { binary: false });
  }
});

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false }, () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  console.log(`peer is ready at http://127.0.0.1:${port}`);
});

server.on("connection", (socket) => {
  let joined: Set<WebSocket> | undefined;
  const join = async (tenantId: string): Promise<void> => {
    await redis.join(tenantId);
    joined = rooms.get(tenantId) ?? new Set();
    rooms.set(tenantId, joined.add(socket));
    socket.send(SUBSCRIBED);
  };
  socket.on("message", (frame) => {
    const tenantId = readSubscribe(String(frame));
    if (tenantId !== null) void join(tenantId);
  });
  socket.on("close", () => joined?.delete(socket));
});
