import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { QueryClientProvider } from "@tanstack/react-query";
import { SyncContext } from "../../../../client/react/sync-context.ts";
import { ME_KEY } from "../../../../client/sync/signed-in.ts";
import { BOARD_ID, idOf, task as makeTask, TEAM_ID, USER_ID } from "../../../../client/sync/testing/things.ts";
import { userIdSchema } from "../../../../shared/ids.ts";
import type { Task, UpdateTask } from "../../../../shared/tasks.ts";
import { boardActions } from "../../board/board-actions.ts";
import { BoardContext, type BoardContextValue } from "../../board/board-context.ts";
import { createBoardUi } from "../../board/board-ui.ts";
import { type DraftKey, loadDraft, storeDraft } from "../../lib/drafts.ts";
import { createPageClient } from "../../session/page-client.ts";

// React looks for `document` once, when its module is evaluated.
GlobalRegistrator.register({ url: "http://localhost/" });
const { cleanup, fireEvent, render } = await import("@testing-library/react");
const { DescriptionEditor } = await import("./description-editor.tsx");
const { TitleEditor } = await import("./title-editor.tsx");
beforeEach(() => {
  localStorage.clear();
  signIn(USER_ID);
});
afterEach(cleanup);
afterAll(() => GlobalRegistrator.unregister());

const ID = idOf(101);
const server: Task = makeTask(ID, { title: "Title", description: "Text" });
const never = () => Promise.reject(new Error("not here"));
const { queryClient, engine } = createPageClient({ api: { request: never, requestIfChanged: never, open: never } });

const signIn = (id: string) =>
  queryClient.setQueryData(ME_KEY, { user: { id, name: "Somebody", email: "s@example.org", image: null }, teams: [] });

const EDITORS = [
  { field: "title", Editor: TitleEditor, label: "task.title" },
  { field: "description", Editor: DescriptionEditor, label: "task.description" },
] as const;

const placeOf = (field: DraftKey["field"]): DraftKey => ({ userId: USER_ID, taskId: ID, field });

/** An editor in a tab of its own. `saved` lists the changes that it made. */
const openTab = ({ Editor, label }: (typeof EDITORS)[number]) => {
  const saved: UpdateTask[] = [];
  const context: BoardContextValue = {
    boardId: BOARD_ID,
    teamId: TEAM_ID,
    me: { id: userIdSchema.parse(USER_ID), name: "Somebody", email: "s@example.org", image: null },
    canWrite: true,
    canManage: false,
    columns: [],
    labels: [],
    members: [],
    labelById: new Map(),
    memberById: new Map(),
    filter: {},
    filtering: false,
    actions: { ...boardActions(engine, BOARD_ID), updateTask: (_, change) => saved.push(change) },
    ui: createBoardUi([]),
    openTask: () => {},
    taskHref: () => "",
  };
  const screen = (canWrite: boolean) => (
    <QueryClientProvider client={queryClient}>
      <SyncContext value={engine}>
        <BoardContext value={{ ...context, canWrite }}>
          <Editor task={server} />
        </BoardContext>
      </SyncContext>
    </QueryClientProvider>
  );
  return {
    saved,
    open: (canWrite = true) => {
      const { rerender, unmount, getByLabelText, getByText } = render(screen(canWrite));
      const box = () => getByLabelText(label);
      const write = (value: string) => fireEvent.change(box(), { target: { value } });
      return { box, write, close: unmount, getByText, allow: (may: boolean) => rerender(screen(may)) };
    },
  };
};

for (const editor of EDITORS) {
  const { field } = editor;
  const place = placeOf(field);
  const another = { base: server[field], text: "Half written" };

  test(`a ${field} written in this tab is saved when it is left`, () => {
    const { saved, open } = openTab(editor);
    const tab = open();
    tab.write("Mine");
    tab.close();
    expect(saved).toEqual([{ [field]: "Mine" }]);
  });

  test(`a ${field} written in this tab is not saved once another user has signed in`, () => {
    const { saved, open } = openTab(editor);
    const tab = open();
    tab.write("Mine");
    signIn(idOf(2));
    tab.close();
    expect(saved).toEqual([]);
    expect(loadDraft(place)).toEqual({ base: server[field], text: "Mine" });
  });

  test(`a ${field} draft of another tab is shown, and not saved by leaving it`, () => {
    storeDraft(place, another);
    const { saved, open } = openTab(editor);
    const tab = open();
    expect(tab.box()).toHaveProperty("value", "Half written");
    fireEvent.focus(tab.box());
    fireEvent.blur(tab.box());
    tab.close();
    expect(saved).toEqual([]);
    expect(loadDraft(place)).toEqual(another);
  });

  test(`a restored ${field} draft that is edited further is saved`, () => {
    storeDraft(place, another);
    const { saved, open } = openTab(editor);
    const tab = open();
    tab.write("Whole");
    tab.close();
    expect(saved).toEqual([{ [field]: "Whole" }]);
  });

  test(`a ${field} draft stays unsaved once its writer has lost the right`, () => {
    const { saved, open } = openTab(editor);
    const tab = open();
    tab.write("Mine");
    tab.allow(false);
    tab.close();
    expect(saved).toEqual([]);
    expect(loadDraft(place)).toEqual({ base: server[field], text: "Mine" });
  });

  test(`a restored ${field} draft of a viewer is neither saved nor deleted`, () => {
    const found = { base: "Before", text: server[field] };
    storeDraft(place, found);
    const { saved, open } = openTab(editor);
    open(false).close();
    expect(saved).toEqual([]);
    expect(loadDraft(place)).toEqual(found);
  });

  test(`leaving a ${field} does not delete a draft that another tab has started since`, () => {
    const { saved, open } = openTab(editor);
    const tab = open();
    storeDraft(place, another);
    tab.close();
    expect(saved).toEqual([]);
    expect(loadDraft(place)).toEqual(another);
  });
}

test("a restored title draft is saved by Enter", () => {
  storeDraft(placeOf("title"), { base: "Title", text: "Found" });
  const { saved, open } = openTab(EDITORS[0]);
  const box = open().box();
  box.focus();
  fireEvent.keyDown(box, { key: "Enter" });
  expect(saved).toEqual([{ title: "Found" }]);
});

test("a restored description draft is saved by its button", () => {
  storeDraft(placeOf("description"), { base: "Text", text: "Found" });
  const { saved, open } = openTab(EDITORS[1]);
  fireEvent.click(open().getByText("common.save"));
  expect(saved).toEqual([{ description: "Found" }]);
});
