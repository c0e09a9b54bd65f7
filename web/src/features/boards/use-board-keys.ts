import { useBoardContext } from "../../board/board-context.ts";
import type { TaskDrag } from "../../board/drag-state.ts";
import { clampIndex, indexOfMoved } from "../../board/placement.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { isFiltering } from "../filters/filter-search.ts";
import { useFilter } from "../filters/use-filter.ts";
import { useDrop } from "./drag/use-drop.ts";
import { type Command, commandOf, type Direction } from "./keyboard-map.ts";
import { singleKeysStore } from "./single-keys.ts";

const OWN_KEYS = "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=alertdialog]";
const CONTROLS = "button, summary, a";

const focusedTask = (): string | null =>
  document.activeElement?.closest<HTMLElement>("[data-task]")?.dataset.task ?? null;

/** Returns a key handler. Commands act on the focused task, else on the one under the pointer. */
export const useBoardKeys = (): ((event: KeyboardEvent) => void) => {
  const { t } = useTranslation();
  const context = useBoardContext();
  const { search, setSearch } = useFilter();
  const drop = useDrop();

  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(OWN_KEYS) || document.querySelector("[role=dialog], [role=menu]")) return;
    const command = commandOf(event, singleKeysStore.get());
    if (!command) return;
    const { ui } = context;
    const drag = ui.drag.get();
    const handled =
      drag?.kind === "task" && drag.mode === "keys"
        ? moveGrabbed(drag, command)
        : drag
          ? false
          : runCommand(command, target);
    if (handled) event.preventDefault();
  };

  const columnOf = (taskId: string) =>
    context.columns.find((column) => context.ui.lists.get(column.id)?.taskIds().includes(taskId));

  const setTarget = (drag: TaskDrag, columnId: string, index: number) => {
    const list = context.ui.lists.get(columnId);
    const column = context.columns.find((item) => item.id === columnId);
    if (!list || !column) return;
    const ids = list.taskIds();
    const at = clampIndex(ids, drag.id, index);
    context.ui.drag.set({ ...drag, over: { columnId, index: at } });
    list.reveal(Math.min(at, Math.max(0, ids.length - 1)));
    list.element()?.closest("[data-column]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
    const count = ids.filter((id) => id !== drag.id).length + 1;
    announce(t("announce.place", { column: column.name, position: at + 1, count }));
  };

  const moveGrabbed = (drag: TaskDrag, command: Command): boolean => {
    const { ui, columns } = context;
    if (command.type === "back") {
      ui.drag.set(null);
      announce(t("announce.putBack", { title: drag.title }));
      return true;
    }
    if (command.type === "grab" || command.type === "open") {
      const { over } = drag;
      ui.drag.set(null);
      if (!over || !drop.dropTask(drag.id, over)) announce(t("announce.putBack", { title: drag.title }));
      ui.focusTaskId.set(drag.id);
      return true;
    }
    if (command.type !== "select" || !drag.over) return true;
    const { columnId, index } = drag.over;
    if (command.direction === "up" || command.direction === "down") {
      setTarget(drag, columnId, index + (command.direction === "up" ? -1 : 1));
    } else {
      const at = columns.findIndex((column) => column.id === columnId);
      const next = columns[at + (command.direction === "left" ? -1 : 1)];
      if (next) setTarget(drag, next.id, index);
    }
    return true;
  };

  const select = (direction: Direction, from: string | null): boolean => {
    const { columns, ui } = context;
    const open = columns.filter((column) => (ui.lists.get(column.id)?.scroller() ?? null) !== null);
    const ids = (index: number) => ui.lists.get(open[index]?.id ?? "")?.taskIds() ?? [];
    const column = from ? open.findIndex((_, index) => ids(index).includes(from)) : -1;
    if (column < 0 || !from) {
      const first = open.findIndex((_, index) => ids(index).length > 0);
      const id = first < 0 ? undefined : ids(first)[0];
      if (id) ui.focusTaskId.set(id);
      return id !== undefined;
    }
    const row = ids(column).indexOf(from);
    if (direction === "up" || direction === "down") {
      const next = ids(column)[row + (direction === "up" ? -1 : 1)];
      if (next) ui.focusTaskId.set(next);
      return true;
    }
    const step = direction === "left" ? -1 : 1;
    for (let at = column + step; at >= 0 && at < open.length; at += step) {
      const next = ids(at)[Math.min(row, ids(at).length - 1)];
      if (next) {
        ui.focusTaskId.set(next);
        return true;
      }
    }
    return true;
  };

  const runCommand = (command: Command, target: Element | null): boolean => {
    const { ui, canWrite, actions, columns, openTask } = context;
    const focused = focusedTask();
    const taskId = focused ?? ui.hoveredTaskId.get();
    const onControl = target?.closest(CONTROLS) != null && !target.closest("[data-card] > a");
    switch (command.type) {
      case "select":
        return select(command.direction, taskId);
      case "open":
        if (onControl || !taskId || focused) return false;
        openTask(taskId);
        return true;
      case "grab": {
        if (onControl || !canWrite || !focused) return false;
        const column = columnOf(focused);
        const card = document.querySelector<HTMLElement>(`[data-card="${CSS.escape(focused)}"]`);
        if (!column || !card) return false;
        const ids = ui.lists.get(column.id)?.taskIds() ?? [];
        const index = indexOfMoved(ids, focused);
        const title = drop.taskTitle(focused);
        const over = { columnId: column.id, index };
        ui.drag.set({
          kind: "task",
          id: focused,
          title,
          from: column.id,
          height: card.offsetHeight,
          over,
          mode: "keys",
        });
        announce(t("announce.picked", { title, column: column.name, position: index + 1, count: ids.length }));
        return true;
      }
      case "new": {
        const column =
          (taskId ? columnOf(taskId) : undefined) ?? columns.find((item) => !ui.collapsed.get().has(item.id));
        if (!canWrite || !column) return false;
        ui.composingColumnId.set(column.id);
        return true;
      }
      case "move":
        if (!canWrite || !taskId) return false;
        ui.moveDialog.set({
          taskId,
          returnTo: document.activeElement instanceof HTMLElement ? document.activeElement : null,
        });
        return true;
      case "color":
        if (!canWrite || !taskId) return false;
        actions.updateTask(taskId, { color: command.color });
        announce(t("announce.painted", { color: command.color ? t(`color.${command.color}`) : t("color.none") }));
        return true;
      case "filter":
      case "search":
        ui.filterOpen.set(true);
        return true;
      case "mine": {
        const { assigneeId, ...others } = search;
        const mine = assigneeId?.length === 1 && assigneeId[0] === context.me.id;
        setSearch(mine ? others : { ...others, assigneeId: [context.me.id] });
        return true;
      }
      case "help":
        ui.helpOpen.set(true);
        return true;
      case "back":
        if (!isFiltering(search) || focused) return false;
        setSearch({});
        return true;
      default:
        return command satisfies never;
    }
  };

  return onKey;
};
