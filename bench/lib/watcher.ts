import type { RealtimeToken } from "../../shared/protocol/realtime-token.ts";
import type { Named, Person } from "./artel-api.ts";

export type Watcher = {
  /** Resolves when the event of this task arrives, with `performance.now()`. */
  arrival(taskId: string): Promise<number>;
  close(): void;
};

const ARRIVAL_TIMEOUT_MS = 10_000;
const TASK_ID = /"data":\{"id":"([^"]+)"/;

/** Opens a socket that is subscribed to the team. */
export const watchTeam = async (person: Person, team: Named): Promise<Watcher> => {
  const { token, url } = await person.json<RealtimeToken>("POST", "/api/realtime/token");
  const waiting = new Map<string, (at: number) => void>();
  const subscribed = Promise.withResolvers<void>();
  const socket = new WebSocket(url);
  socket.onopen = () => {
    socket.send(JSON.stringify({ type: "auth", token }));
    socket.send(JSON.stringify({ type: "subscribe", tenantId: team.id }));
  };
  socket.onclose = ({ code }) => subscribed.reject(new Error(`the socket was closed with ${code}`));
  socket.onmessage = ({ data }) => {
    const at = performance.now();
    const text = String(data);
    if (text.startsWith('{"type":"subscribed"')) subscribed.resolve();
    if (!text.startsWith('{"type":"message"')) return;
    const taskId = TASK_ID.exec(text)?.[1] ?? "";
    waiting.get(taskId)?.(at);
    waiting.delete(taskId);
  };
  await subscribed.promise;
  return {
    arrival: async (taskId) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.set(taskId, resolve);
      const late = setTimeout(() => reject(new Error("an event did not arrive")), ARRIVAL_TIMEOUT_MS);
      return promise.finally(() => clearTimeout(late));
    },
    close: () => socket.close(),
  };
};
