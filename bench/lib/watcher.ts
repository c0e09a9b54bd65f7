import type { RealtimeToken } from "../../shared/protocol/realtime-token.ts";
import type { Named, Person } from "./artel-api.ts";

export type Watcher = {
  /** Tells when the event of the task with this id arrives, in milliseconds of `performance.now()`. */
  arrival(taskId: string): Promise<number>;
  close(): void;
};

const ARRIVES_WITHIN_MS = 10_000;
const TASK_ID = /"data":\{"id":"([^"]+)"/;

/** Another person's socket. */
export const watchTeam = async (person: Person, team: Named): Promise<Watcher> => {
  const { token, url } = await person.ask<RealtimeToken>("POST", "/api/realtime/token");
  const waiting = new Map<string, (at: number) => void>();
  const joined = Promise.withResolvers<void>();
  const socket = new WebSocket(url);
  socket.onopen = () => {
    socket.send(JSON.stringify({ type: "auth", token }));
    socket.send(JSON.stringify({ type: "subscribe", tenantId: team.id }));
  };
  socket.onclose = ({ code }) => joined.reject(new Error(`the socket was closed with ${code}`));
  socket.onmessage = ({ data }) => {
    const at = performance.now();
    const text = String(data);
    if (text.startsWith('{"type":"subscribed"')) joined.resolve();
    if (!text.startsWith('{"type":"message"')) return;
    const taskId = TASK_ID.exec(text)?.[1] ?? "";
    waiting.get(taskId)?.(at);
    waiting.delete(taskId);
  };
  await joined.promise;
  return {
    arrival: async (taskId) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.set(taskId, resolve);
      const late = setTimeout(() => reject(new Error("an event did not arrive")), ARRIVES_WITHIN_MS);
      return promise.finally(() => clearTimeout(late));
    },
    close: () => socket.close(),
  };
};
