import { clsx } from "clsx";
import { CircleAlert } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useNow } from "../../lib/use-now.ts";
import { useLiveStatus } from "../../realtime/socket-provider.tsx";
import type { Trouble } from "../../realtime/trouble.ts";
import { IconButton } from "../../ui/icon-button.tsx";

const LiveTrouble = lazy(() => import("./live-trouble.tsx").then((module) => ({ default: module.LiveTrouble })));

const DOTS = {
  live: "bg-success",
  polling: "bg-warning",
  reconnecting: "bg-warning breathe",
  offline: "bg-control",
} as const;

/** How live the page is, and when it last knew that it was in step. */
export const LiveStatus = () => {
  const { t } = useTranslation();
  const { status, inStepAt, reason, trouble } = useLiveStatus();
  const text = t(`live.${status}`);
  return (
    <>
      <div
        role="status"
        // Said although the role implies it: an open dialog hides all else that is not marked so.
        aria-live="polite"
        aria-atomic="false"
        className="flex shrink-0 items-center gap-2 text-sm text-muted"
        title={reason ? t(`live.reasons.${reason}`) : t(`live.about.${status}`)}
      >
        <span aria-hidden className={clsx("size-2 rounded-full", DOTS[status])} />
        <span className={clsx("font-medium", status === "live" ? "max-sm:sr-only" : "text-text")}>{text}</span>
        <InStep inStepAt={inStepAt} />
      </div>
      {trouble ? <Why trouble={trouble} /> : null}
    </>
  );
};

const Why = ({ trouble }: { trouble: Trouble }) => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton label={t("trouble.why")} onClick={() => setOpen(true)}>
        <CircleAlert size={16} aria-hidden />
      </IconButton>
      {open ? (
        <Suspense>
          <LiveTrouble trouble={trouble} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
};

/** Ticks quietly: who listens to the page hears the state change, not the seconds. */
const InStep = ({ inStepAt }: { inStepAt: number | null }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(5_000);
  if (inStepAt === null) return null;
  const text = now - inStepAt < 10_000 ? t("live.justNow") : t("live.updated", { ago: format.ago(inStepAt, now) });
  return (
    <span aria-live="off" className="tabular max-lg:sr-only">
      {text}
    </span>
  );
};
