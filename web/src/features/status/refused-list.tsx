import { CircleAlert, Copy, GitMerge, RotateCcw, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Mutation } from "../../../../client/sync/mutation.ts";
import type { RefusedChange } from "../../board/use-mutations.ts";
import { problemText } from "../../i18n/problem-text.ts";
import type { Key } from "../../i18n/translator.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Button } from "../../ui/button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";

const MergeRefused = lazy(() => import("./merge-refused.tsx").then((module) => ({ default: module.MergeRefused })));

const MAX_SHOWN = 3;

/** A test holds that there are words for each mutation of each entity. */
const refusedKey = ({ entity, op }: Mutation) => `refused.what.${entity}.${op}` as Key;

/** Changes that the server refused, each with the reason and a way to retry or merge. */
export const RefusedList = ({ refused }: { refused: readonly RefusedChange[] }) => {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex flex-col gap-px border-t border-border bg-border">
      {refused.slice(0, MAX_SHOWN).map((change) => (
        <Refused key={change.id} change={change} />
      ))}
      {refused.length > MAX_SHOWN ? (
        <div className="flex items-center justify-between gap-3 bg-surface px-4 py-1.5 text-sm text-muted">
          {t("refused.more", { count: refused.length - MAX_SHOWN })}
          <Button
            size="sm"
            look="ghost"
            onClick={() => {
              for (const change of refused) change.dismiss();
            }}
          >
            {t("refused.dismissAll")}
          </Button>
        </div>
      ) : null}
    </div>
  );
};

const Refused = ({ change }: { change: RefusedChange }) => {
  const { t } = useTranslation();
  const [merging, setMerging] = useState(false);
  const { lost, conflict } = change;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 bg-danger-soft px-4 py-2">
      <CircleAlert size={16} aria-hidden className="shrink-0 text-danger" />
      <p className="min-w-48 flex-1 break-words">
        <span className="font-medium">{t(refusedKey(change.mutation), { title: change.title })}</span>{" "}
        {problemText(t, change.problem)}
      </p>
      <div className="ms-auto flex items-center gap-3">
        {conflict ? (
          <Button size="sm" onClick={() => setMerging(true)}>
            <GitMerge size={14} aria-hidden />
            {t("merge.open")}
          </Button>
        ) : (
          <Button size="sm" onClick={change.retry}>
            <RotateCcw size={14} aria-hidden />
            {t("common.tryAgain")}
          </Button>
        )}
        {lost ? (
          <IconButton label={t("refused.copy")} onClick={() => void navigator.clipboard.writeText(lost)}>
            <Copy size={16} aria-hidden />
          </IconButton>
        ) : null}
        <IconButton label={t("common.dismiss")} onClick={change.dismiss}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      {merging && conflict ? (
        <Suspense>
          <MergeRefused change={change} conflict={conflict} onClose={() => setMerging(false)} />
        </Suspense>
      ) : null}
    </div>
  );
};
