import { useCallback, useEffect, useRef } from "react";
import { useSubscription } from "../../../../client/react/use-subscription.ts";
import type { EventMessage } from "../../../../shared/protocol/message.ts";
import { type Task, taskSchema } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { glide } from "./drag/ghost.ts";

const ACTIONS = ["TASK_CREATED", "TASK_UPDATED", "TASK_MOVED", "TASK_DELETED"] as const;
const MARK_FOR = 2_200;
/** What was missed while away is simply there: only what happens now is shown happening. */
const FRESH = 10_000;
const MOST_AT_ONCE = 12;
const TELL_AFTER = 500;
const TELL_EACH = 3;

const cardOf = (taskId: string) => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(taskId)}"]`);

/** Lets others' changes be seen and heard, quietly: a glide, a ring with the name, one polite sentence. */
export const useRemoteChanges = (): void => {
  const { t } = useTranslation();
  const { boardId, teamId, me, memberById, columns, ui } = useBoardContext();
  const recent = useRef(0);
  const sentences = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = useCallback(
    (sentence: string) => {
      sentences.current.push(sentence);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const all = sentences.current;
        sentences.current = [];
        announce(all.length <= TELL_EACH ? all.join(" ") : t("announce.many", { count: all.length }));
      }, TELL_AFTER);
    },
    [t],
  );

  const mark = useCallback(
    (task: Task, userId: string, name: string) => {
      const one = { userId, name };
      ui.highlights.set((marks) => new Map(marks).set(task.id, one));
      setTimeout(() => {
        ui.highlights.set((marks) => {
          if (marks.get(task.id) !== one) return marks;
          const rest = new Map(marks);
          rest.delete(task.id);
          return rest;
        });
      }, MARK_FOR);
    },
    [ui],
  );

  const onEvent = useCallback(
    (message: EventMessage) => {
      if (message.initiatorId === me.id || message.initiatorId === "system") return;
      const at = message.at ? Date.parse(message.at) : Date.now();
      if (Math.abs(Date.now() - at) > FRESH || document.hidden) return;
      const task = taskSchema.safeParse(message.data).data;
      if (!task || task.boardId !== boardId) return;
      const name = memberById.get(message.initiatorId)?.name ?? t("announce.someone");
      const column = columns.find((item) => item.id === task.columnId)?.name ?? "";
      const about = { name, title: task.title, column };
      recent.current += 1;
      setTimeout(() => {
        recent.current -= 1;
      }, TELL_AFTER);
      if (message.action === "TASK_MOVED") tell(t("announce.otherMoved", about));
      else if (message.action === "TASK_CREATED") tell(t("announce.otherAdded", about));
      else if (message.action === "TASK_DELETED") tell(t("announce.otherDeleted", about));
      else tell(t("announce.otherChanged", about));
      if (recent.current > MOST_AT_ONCE) return;
      if (message.action !== "TASK_DELETED") mark(task, message.initiatorId, name);
      if (message.action === "TASK_MOVED" && ui.drag.get() === null) glideWhenMoved(task.id);
    },
    [boardId, me.id, memberById, columns, ui, t, tell, mark],
  );
  useSubscription({ tenantId: teamId, actions: ACTIONS, onEvent });
};

/** The event is heard before the page shows it, so the card's old place can still be read. */
const glideWhenMoved = (taskId: string): void => {
  const before = cardOf(taskId);
  const from = before?.getBoundingClientRect();
  if (!from) return;
  let tries = 0;
  const look = () => {
    const now = cardOf(taskId);
    const to = now?.getBoundingClientRect();
    if (now && to && (Math.abs(to.top - from.top) > 2 || Math.abs(to.left - from.left) > 2)) {
      void glide(now, from);
      return;
    }
    tries += 1;
    if (tries < 10) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};
