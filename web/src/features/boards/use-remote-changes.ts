import { useCallback, useEffect, useRef } from "react";
import { useSubscription } from "../../../../client/react/use-subscription.ts";
import type { EventMessage } from "../../../../shared/protocol/message.ts";
import { type Task, taskSchema } from "../../../../shared/tasks.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { announce } from "../../lib/announcer.tsx";
import { glide } from "./drag/ghost.ts";

const ACTIONS = ["TASK_CREATED", "TASK_UPDATED", "TASK_MOVED", "TASK_DELETED"] as const;
const HIGHLIGHT_MS = 2_200;
/** Events older than this are missed ones that were replayed: they change the board without any notice. */
const MAX_AGE_MS = 10_000;
const MAX_HIGHLIGHTS = 12;
const ANNOUNCE_DELAY_MS = 500;
const MAX_SENTENCES = 3;

const cardOf = (taskId: string) => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(taskId)}"]`);

/** Shows other people's changes: an animation, an outline with the name, a polite announcement. */
export const useRemoteChanges = (): void => {
  const { t } = useTranslation();
  const { boardId, teamId, me, memberById, columns, ui } = useBoardContext();
  const recentCount = useRef(0);
  const sentences = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const queueSentence = useCallback(
    (sentence: string) => {
      sentences.current.push(sentence);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const all = sentences.current;
        sentences.current = [];
        announce(all.length <= MAX_SENTENCES ? all.join(" ") : t("announce.many", { count: all.length }));
      }, ANNOUNCE_DELAY_MS);
    },
    [t],
  );

  const highlight = useCallback(
    (task: Task, userId: string, name: string) => {
      const entry = { userId, name };
      ui.highlights.set((highlights) => new Map(highlights).set(task.id, entry));
      setTimeout(() => {
        ui.highlights.set((highlights) => {
          if (highlights.get(task.id) !== entry) return highlights;
          const rest = new Map(highlights);
          rest.delete(task.id);
          return rest;
        });
      }, HIGHLIGHT_MS);
    },
    [ui],
  );

  const onEvent = useCallback(
    (message: EventMessage) => {
      if (message.initiatorId === me.id || message.initiatorId === "system") return;
      const at = message.at ? Date.parse(message.at) : Date.now();
      if (Math.abs(Date.now() - at) > MAX_AGE_MS || document.hidden) return;
      const task = taskSchema.safeParse(message.data).data;
      if (!task || task.boardId !== boardId) return;
      const name = memberById.get(message.initiatorId)?.name ?? t("announce.someone");
      const column = columns.find((item) => item.id === task.columnId)?.name ?? "";
      const about = { name, title: task.title, column };
      recentCount.current += 1;
      setTimeout(() => {
        recentCount.current -= 1;
      }, ANNOUNCE_DELAY_MS);
      if (message.action === "TASK_MOVED") queueSentence(t("announce.otherMoved", about));
      else if (message.action === "TASK_CREATED") queueSentence(t("announce.otherAdded", about));
      else if (message.action === "TASK_DELETED") queueSentence(t("announce.otherDeleted", about));
      else queueSentence(t("announce.otherChanged", about));
      if (recentCount.current > MAX_HIGHLIGHTS) return;
      if (message.action !== "TASK_DELETED") highlight(task, message.initiatorId, name);
      if (message.action === "TASK_MOVED" && ui.drag.get() === null) animateMove(task.id);
    },
    [boardId, me.id, memberById, columns, ui, t, queueSentence, highlight],
  );
  useSubscription({ tenantId: teamId, actions: ACTIONS, onEvent });
};

/** Listeners run before the board renders the event, so the card's old position can still be measured. */
const animateMove = (taskId: string): void => {
  const before = cardOf(taskId);
  const from = before?.getBoundingClientRect();
  if (!from) return;
  let tries = 0;
  const compare = () => {
    const now = cardOf(taskId);
    const to = now?.getBoundingClientRect();
    if (now && to && (Math.abs(to.top - from.top) > 2 || Math.abs(to.left - from.left) > 2)) {
      void glide(now, from);
      return;
    }
    tries += 1;
    if (tries < 10) requestAnimationFrame(compare);
  };
  requestAnimationFrame(compare);
};
