import { formatPosition, parsePosition } from "../../../shared/protocol/position.ts";
import { type Task, updateTaskSchema } from "../../../shared/tasks.ts";
import { SimProblem, type SimStore, TEAM } from "./sim-store.ts";

export type SimRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly key: string | undefined;
  readonly userId: string;
};
type Reply = { readonly status: number; readonly data: unknown };

const LIFETIME_SECONDS = 600;

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export const simToken = (store: SimStore, userId: string, now: number, tenants: readonly string[] = [TEAM]) => {
  const iat = Math.floor(now / 1_000);
  const heads = Object.fromEntries(tenants.map((id) => [id, store.position]));
  const claims = {
    aud: "artel-realtime",
    sub: userId,
    sid: "s",
    name: userId,
    tenants: heads,
    iat,
    exp: iat + LIFETIME_SECONDS,
  };
  return {
    token: `${base64url({ alg: "HS256" })}.${base64url(claims)}.sig`,
    expiresAt: new Date((iat + LIFETIME_SECONDS) * 1_000).toISOString(),
    url: "/ws",
  };
};

const pageOf = (items: readonly unknown[]) => ({ items, nextCursor: null });

/** The REST interface over a store, at one instant. */
export const createSimRest = (store: SimStore) => {
  const kept = new Map<string, { readonly status: number; readonly text: string; readonly position: string }>();

  const create = (
    userId: string,
    key: string | undefined,
    id: unknown,
    find: () => unknown,
    make: () => void,
  ): Reply => {
    if (typeof id === "string" && store.gone.has(id)) throw new SimProblem(410, "GONE");
    if (find() !== undefined) return { status: 200, data: find() };
    void userId;
    void key;
    make();
    return { status: 201, data: find() };
  };

  const read = (path: string, userId: string): Reply => {
    const url = new URL(path, "http://sim");
    const [, kind, id, rest] = url.pathname.split("/");
    if (kind === "me") {
      const user = { id: userId, name: "Somebody", email: "somebody@example.org", image: null };
      const stamps = { createdAt: store.at(), updatedAt: store.at(), version: 1 };
      return { status: 200, data: { user, teams: [{ id: TEAM, name: "Team", role: "owner", ...stamps }] } };
    }
    if (kind === "boards" && rest === "tasks" && url.searchParams.get("archived") === "true") {
      const isListed = (task: Task) => task.boardId === id && task.archivedAt !== null;
      return { status: 200, data: pageOf([...store.tasks.values()].filter(isListed)) };
    }
    if (kind === "boards" && id) return { status: 200, data: store.snapshot(id) };
    if (kind === "teams" && rest === "boards") return { status: 200, data: pageOf([...store.boards.values()]) };
    if (kind === "teams" && rest === "members") return { status: 200, data: pageOf([...store.members.values()]) };
    if (kind === "teams" && rest === "events") {
      const since = parsePosition(url.searchParams.get("since") ?? "");
      const limit = Number(url.searchParams.get("limit"));
      const events = since && store.since(since);
      if (events === null) throw new SimProblem(410, "HISTORY_GONE");
      return { status: 200, data: { ...store.position, events: events.slice(0, limit) } };
    }
    throw new SimProblem(404, "NOT_FOUND");
  };

  const change = ({ method, path, body, key, userId }: SimRequest): Reply => {
    const [, kind, id = "", verb] = path.split("/");
    const commit = (run: Parameters<SimStore["commit"]>[2]) => store.commit(userId, key, run);
    const at = store.at();
    const stamps = { teamId: TEAM, createdAt: at, updatedAt: at };
    if (kind === "teams" && verb === "boards") {
      const boardId = String(body["id"]);
      return create(
        userId,
        key,
        boardId,
        () => store.boards.get(boardId),
        () =>
          commit((version) => {
            const rank = store.rankOf([...store.boards.values()], {});
            return [
              store.putBoard(
                "BOARD_CREATED",
                { description: "", ...body, ...stamps, rank, archivedAt: null },
                version(),
              ),
            ];
          }),
      );
    }
    if (kind === "boards" && verb === "tasks") {
      store.board(id);
      const taskId = String(body["id"]);
      const columnId = String(body["columnId"]);
      return create(
        userId,
        key,
        taskId,
        () => store.tasks.get(taskId),
        () => {
          if (!store.columns.has(columnId)) throw new SimProblem(422, "INVALID");
          commit((version) => {
            const defaults = {
              description: "",
              color: null,
              labelIds: [],
              assigneeIds: [],
              dueAt: null,
              startAt: null,
            };
            const rank = store.rankOf(store.tasksOf(columnId), {});
            const fields = { ...defaults, ...body, ...stamps, boardId: id, rank, archivedAt: null, createdBy: userId };
            return [store.putTask("TASK_CREATED", fields, version())];
          });
        },
      );
    }
    if (kind === "boards" && verb === "columns") {
      store.board(id);
      const columnId = String(body["id"]);
      return create(
        userId,
        key,
        columnId,
        () => store.columns.get(columnId),
        () =>
          commit((version) => {
            const rank = store.rankOf(store.columnsOf(id), {});
            return [
              store.putColumn(
                "COLUMN_CREATED",
                { color: null, wipLimit: null, ...body, ...stamps, boardId: id, rank },
                version(),
              ),
            ];
          }),
      );
    }
    if (kind === "boards" && verb === "labels") {
      store.board(id);
      const labelId = String(body["id"]);
      return create(
        userId,
        key,
        labelId,
        () => store.labels.get(labelId),
        () =>
          commit((version) => [
            store.putLabel("LABEL_CREATED", { color: null, ...body, boardId: id, teamId: TEAM }, version()),
          ]),
      );
    }
    if (kind === "boards" && method === "PATCH") {
      const board = store.board(id);
      commit((version) => [store.putBoard("BOARD_UPDATED", { ...board, ...body, updatedAt: at }, version())]);
      return { status: 200, data: store.board(id) };
    }
    if (kind === "boards" && method === "DELETE") {
      const board = store.board(id);
      commit((version) => store.dropBoard(id, version));
      return { status: 200, data: board };
    }
    if (kind === "columns") {
      const column = store.column(id);
      if (verb === "move") {
        const siblings = store.columnsOf(column.boardId).filter((each) => each.id !== id);
        const rank = store.rankOf(siblings, body);
        commit((version) => [store.putColumn("COLUMN_MOVED", { ...column, rank, updatedAt: at }, version())]);
        return { status: 200, data: store.column(id) };
      }
      if (method === "DELETE") {
        commit((version) => store.dropColumn(id, version));
        return { status: 200, data: column };
      }
      commit((version) => [store.putColumn("COLUMN_UPDATED", { ...column, ...body, updatedAt: at }, version())]);
      return { status: 200, data: store.column(id) };
    }
    if (kind === "labels") {
      const label = store.labels.get(id);
      if (label === undefined) throw new SimProblem(404, "NOT_FOUND");
      if (method === "DELETE") {
        commit((version) => store.dropLabel(id, version));
        return { status: 200, data: label };
      }
      commit((version) => [store.putLabel("LABEL_UPDATED", { ...label, ...body }, version())]);
      return { status: 200, data: store.labels.get(id) };
    }
    if (kind === "tasks") {
      const task = store.task(id);
      if (verb === "move") {
        const columnId = String(body["columnId"]);
        if (!store.columns.has(columnId)) throw new SimProblem(422, "INVALID");
        const siblings = store.tasksOf(columnId).filter((each) => each.id !== id);
        const rank = store.rankOf(siblings, body);
        commit((version) => [store.putTask("TASK_MOVED", { ...task, columnId, rank, updatedAt: at }, version())]);
        return { status: 200, data: store.task(id) };
      }
      if (method === "DELETE") {
        commit((version) => store.dropTask(id, version));
        return { status: 200, data: task };
      }
      commit((version) => store.patchTask(id, updateTaskSchema.parse(body), version));
      return { status: 200, data: store.task(id) };
    }
    throw new SimProblem(404, "NOT_FOUND");
  };

  const reply = (status: number, text: string, position: string) =>
    new Response(text, { status, headers: { "artel-position": position, "content-type": "application/json" } });

  /** Answers, and remembers what it answered under a key. */
  return (request: SimRequest): Response => {
    const known = request.key === undefined ? undefined : kept.get(request.key);
    if (known !== undefined) return reply(known.status, known.text, known.position);
    try {
      const { status, data } = request.method === "GET" ? read(request.path, request.userId) : change(request);
      const answer = { status, text: JSON.stringify(data), position: formatPosition(store.position) };
      if (request.key !== undefined) kept.set(request.key, answer);
      return reply(answer.status, answer.text, answer.position);
    } catch (error) {
      if (!(error instanceof SimProblem)) throw error;
      const { status, code } = error;
      const problem = { type: "about:blank", title: code, status, detail: code, code, requestId: "r" };
      return reply(status, JSON.stringify(problem), formatPosition(store.position));
    }
  };
};
