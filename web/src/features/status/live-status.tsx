import { clsx } from "clsx";
import { Suspense, useEffect, useState } from "react";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { useRestoredFrom } from "../../../../client/react/use-restored-from.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { lazyWithRetry } from "../../lib/lazy-with-retry.ts";
import { useDelayed } from "../../lib/use-delayed.ts";

const LastUpdatedIndicator = lazyWithRetry(() =>
  import("./last-updated-indicator.tsx").then((module) => module.LastUpdatedIndicator),
);
const ConnectionDetailsButton = lazyWithRetry(() =>
  import("./connection-details-button.tsx").then((module) => module.ConnectionDetailsButton),
);

const DOTS = {
  live: "bg-success",
  streaming: "bg-success",
  polling: "bg-warning",
  reconnecting: "bg-warning breathe",
  offline: "bg-control",
} as const;

/** A change of transport is hidden for this long. */
const TRANSPORT_CHANGE_MS = 400;

const useStableStatus = <Status extends string>(status: Status, transient: Status): Status => {
  const [last, setLast] = useState(status);
  const isLate = useDelayed(status === transient, TRANSPORT_CHANGE_MS);
  useEffect(() => {
    if (status !== transient) setLast(status);
  }, [status, transient]);
  return status === transient && !isLate ? last : status;
};

/** The connection status, the time of the last update, and a button that explains a fallback. */
export const LiveStatus = () => {
  const { t } = useTranslation();
  const live = useLiveStatus();
  const { inStepAt, reason, problem, streamProblem } = live;
  const keptAt = useRestoredFrom();
  const status = useStableStatus(live.status, "reconnecting");
  const text = t(`live.${status}`);
  const isLive = status === "live" || status === "streaming";
  return (
    <>
      <div
        role="status"
        // The role implies aria-live, but an open dialog hides elements without the attribute.
        aria-live="polite"
        aria-atomic="false"
        className="flex shrink-0 items-center gap-2 text-sm text-muted"
        title={reason ? t(`live.reasons.${reason}`) : t(`live.about.${status}`)}
      >
        <span aria-hidden className={clsx("size-2 rounded-full", DOTS[status])} />
        <span className={clsx("font-medium", isLive && "max-sm:sr-only", status !== "live" && "text-text")}>
          {text}
        </span>
        {inStepAt === null && keptAt === null ? null : (
          <Suspense>
            <LastUpdatedIndicator narrow={isLive ? "short" : "nothing"} />
          </Suspense>
        )}
      </div>
      {problem || streamProblem || status === "offline" ? (
        <Suspense>
          <ConnectionDetailsButton />
        </Suspense>
      ) : null}
    </>
  );
};
