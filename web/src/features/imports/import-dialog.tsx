import { Link } from "@tanstack/react-router";
import { FileJson } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Import } from "../../../../shared/imports.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useSubmit } from "../../lib/use-submit.ts";
import { useTeamCalls } from "../../session/use-team-calls.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { Modal } from "../../ui/modal.tsx";

const MAX_BYTES = 32 * 1024 * 1024;
const POLL_INTERVAL_MS = 700;

export const ImportDialog = ({ teamId, onClose }: { teamId: string; onClose: () => void }) => {
  const { t } = useTranslation();
  const { importTrello } = useTeamCalls();
  const submit = useSubmit();
  const [file, setFile] = useState<File | null>(null);
  const [started, setStarted] = useState<Import | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const tooBig = file !== null && file.size > MAX_BYTES;
  return (
    <Modal open onClose={onClose} title={t("imports.title")} description={t("imports.text")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (file && !tooBig) void submit.run(async () => setStarted(await importTrello(teamId, file)));
        }}
      >
        <input
          ref={input}
          type="file"
          accept=".json,application/json"
          aria-label={t("imports.file")}
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            setFile(event.currentTarget.files?.[0] ?? null);
            setStarted(null);
          }}
        />
        <button
          type="button"
          onClick={() => input.current?.click()}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            setFile(event.dataTransfer.files[0] ?? null);
            setStarted(null);
          }}
          className="flex flex-col items-center gap-2 rounded-lg border border-dashed border-control px-4 py-7 text-muted hover:bg-hover hover:text-text"
        >
          <FileJson size={24} aria-hidden />
          <span className="max-w-full truncate">{file ? file.name : t("imports.choose")}</span>
        </button>
        {tooBig ? <Message tone="danger">{t("imports.tooBig")}</Message> : null}
        {submit.error ? <Message tone="danger">{problemText(t, submit.error)}</Message> : null}
        {started ? (
          <Progress key={started.id} started={started} />
        ) : (
          <div className="flex justify-end">
            <Button type="submit" look="primary" busy={submit.busy} disabled={!file || tooBig}>
              {submit.busy ? t("imports.sending") : t("imports.start")}
            </Button>
          </div>
        )}
      </form>
    </Modal>
  );
};

/** Polls the import until it ends. */
const Progress = ({ started }: { started: Import }) => {
  const { t } = useTranslation();
  const { getImport } = useTeamCalls();
  const [state, setState] = useState(started);
  const [pollError, setPollError] = useState<unknown>(null);
  useEffect(() => {
    if (state.status !== "running") return;
    const timer = setTimeout(() => {
      getImport(state.id).then(
        (next) => {
          setPollError(null);
          setState({ ...next });
        },
        (error: unknown) => {
          setPollError(error);
          setState((old) => ({ ...old }));
        },
      );
    }, POLL_INTERVAL_MS);
    return () => clearTimeout(timer);
  }, [state, getImport]);
  const counts = t("imports.counts", {
    columns: t("imports.columns", { count: state.counts.columns }),
    tasks: t("imports.tasks", { count: state.counts.tasks + state.counts.archivedTasks }),
    labels: t("imports.labels", { count: state.counts.labels }),
  });
  if (state.status === "failed") {
    return (
      <Message tone="danger">
        {t("imports.failed")} {state.error}
      </Message>
    );
  }
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      <p>
        {state.status === "running" ? t("imports.running") : t("imports.done")} {counts}
      </p>
      {state.status === "running" ? (
        <div className="h-1.5 overflow-hidden rounded-full bg-pressed">
          <div className="breathe h-full w-full bg-accent" />
        </div>
      ) : null}
      {pollError ? <p className="text-sm text-muted">{problemText(t, pollError)}</p> : null}
      {state.status === "completed" && state.boardId ? (
        <div className="flex justify-end">
          <Link to="/b/$boardId" params={{ boardId: state.boardId }} className={buttonClass("primary")}>
            {t("imports.open")}
          </Link>
        </div>
      ) : null}
    </div>
  );
};
