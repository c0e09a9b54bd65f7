import "./on-signals.ts";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { createRedisRooms } from "./redis-rooms.ts";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

const redis = createRedisRooms(process.env["REDIS_URL"] ?? "", (event) => {
  io.to(event.tenantId).emit("message", event);
});

io.on("connection", (socket) => {
  socket.on("subscribe", async (tenantId: unknown) => {
    if (typeof tenantId !== "string") return;
    await redis.join(tenantId);
    await socket.join(tenantId);
    socket.emit("subscribed");
  });
});

http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  console.log(`peer is ready at http://127.0.0.1:${port}`);
});
