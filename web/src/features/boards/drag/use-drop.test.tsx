import { afterAll, afterEach, expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { SyncContext } from "../../../../../client/react/sync-context.ts";
import { queryKeyOf } from "../../../../../client/sync/snapshot.ts";
import {
  BOARD_ID,
  boardState,
  column,
  DOING,
  idOf,
  task as makeTask,
  TEAM_ID,
  TODO,
  USER_ID,
} from "../../../../../client/sync/testing/things.ts";
import { userIdSchema } from "../../../../../shared/ids.ts";
import type { MoveTask } from "../../../../../shared/tasks.ts";
import { en } from "../../../app/en.ts";
import { boardActions } from "../../../board/board-actions.ts";
import { BoardContext, type BoardContextValue } from "../../../board/board-context.ts";
import { createBoardUi } from "../../../board/board-ui.ts";
import { boardRef } from "../../../entities/snapshots.ts";
import { localeStore } from "../../../i18n/i18n.ts";
import { makeTranslate } from "../../../i18n/translator.ts";
import { createPageClient } from "../../../session/page-client.ts";

// React looks for `document` once, when its module is evaluated.
GlobalRegistrator.register({ url: "http://localhost/" });
const { cleanup, fireEvent, render } = await import("@testing-library/react");
const { Announcer } = await import("../../../lib/announcer.tsx");
const { useDrop } = await import("./use-drop.ts");
afterEach(cleanup);
afterAll(() => GlobalRegistrator.unregister());

const ID = idOf(101);
const never = () => Promise.reject(new Error("not here"));

const DropButton = () => {
  const { dropTask } = useDrop();
  return (
    <button type="button" onClick={() => dropTask(ID, { columnId: DOING, index: 0 })}>
      Drop
    </button>
  );
};

test("a dropped task is announced by its title although no card of it is rendered", () => {
  localeStore.set({ language: "en", t: makeTranslate("en", en) });
  const { queryClient, engine } = createPageClient({ api: { request: never, requestIfChanged: never, open: never } });
  queryClient.setQueryData(queryKeyOf(boardRef(BOARD_ID)), boardState([makeTask(ID, { title: "Far down the list" })]));
  const ui = createBoardUi([]);
  ui.lists.set(DOING, {
    scroller: () => null,
    element: () => null,
    taskIds: () => [],
    indexAt: () => 0,
    slot: () => null,
    reveal: () => {},
  });
  const moves: [string, MoveTask][] = [];
  const context: BoardContextValue = {
    boardId: BOARD_ID,
    teamId: TEAM_ID,
    me: { id: userIdSchema.parse(USER_ID), name: "Somebody", email: "s@example.org", image: null },
    canWrite: true,
    canManage: false,
    columns: [column(TODO, { name: "To do" }), column(DOING, { name: "Doing" })],
    labels: [],
    members: [],
    labelById: new Map(),
    memberById: new Map(),
    filter: {},
    filtering: false,
    actions: { ...boardActions(engine, BOARD_ID), moveTask: (id, move) => moves.push([id, move]) },
    ui,
    openTask: () => {},
    taskHref: () => "",
  };
  const { getByText } = render(
    <SyncContext value={engine}>
      <BoardContext value={context}>
        <DropButton />
      </BoardContext>
      <Announcer />
    </SyncContext>,
  );
  fireEvent.click(getByText("Drop"));
  expect(moves).toEqual([[ID, { columnId: column(DOING).id }]]);
  getByText("“Far down the list” moved to Doing, position 1.");
});
