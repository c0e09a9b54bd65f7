import { createApiClient } from "../../../client/browser/api-client.ts";
import { browserClock, fetchTokenOver, pollOver, streamOver } from "../../../client/browser/browser-ports.ts";
import type { SocketFactory } from "../../../client/realtime/ports.ts";
import { RealtimeClient } from "../../../client/realtime/realtime-client.ts";
import { isKnownAction } from "../../../shared/events.ts";
import { teamWithRoleSchema } from "../../../shared/teams.ts";

const { ARTEL = "http://localhost:3000", TOKEN = "", TEAM = "" } = process.env;

const api = createApiClient({
  base: `${ARTEL}/api`,
  fetch: (url, init) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${TOKEN}`);
    return fetch(url, { ...init, headers });
  },
});

const connect: SocketFactory = (url, { onOpen, onText, onClose }) => {
  const socket = new WebSocket(url);
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => onText(String(data));
  socket.onclose = ({ code }) => onClose(code);
  return { send: (text) => socket.send(text), close: (code) => socket.close(code) };
};

const client = new RealtimeClient(
  {
    connect,
    fetchToken: fetchTokenOver(api),
    stream: streamOver(api),
    poll: pollOver(api),
    clock: browserClock,
    random: Math.random,
  },
  { isKnownAction },
);

/** Reads a snapshot and confirms it with its position. */
const read = async () => {
  const generation = client.generation;
  const { data, position } = await api.request({ method: "GET", path: `/teams/${TEAM}`, schema: teamWithRoleSchema });
  console.log("read", data.name);
  if (position !== null) client.confirmSnapshot(TEAM, position, generation);
};

client.on((notice) => {
  if (notice.kind === "event") console.log("event", notice.message.action);
  if (notice.kind === "reset") void read();
  if (notice.kind === "status") console.log("status", client.status().status);
});
client.join(TEAM, { waitForSnapshot: true });
client.start();
await read();
