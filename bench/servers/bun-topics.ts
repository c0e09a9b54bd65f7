import "./on-signals.ts";
import { createRedisRooms, readSubscribe, SUBSCRIBED } from "./redis-rooms.ts";

/** The lower bound on Bun: `server.publish` and nothing else. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, own) => (own.upgrade(request) ? undefined : new Response(null, { status: 426 })),
  websocket: {
    perMessageDeflate: false,
    message: async (socket, frame) => {
      const tenantId = readSubscribe(String(frame));
      if (tenantId === null) return;
      await redis.join(tenantId);
      socket.subscribe(tenantId);
      socket.send(SUBSCRIBED);
    },
  },
});
const redis = createRedisRooms(process.env["REDIS_URL"] ?? "", (event, text) => {
  server.publish(event.tenantId, text);
});
console.log(`peer is ready at http://127.0.0.1:${server.port}`);
