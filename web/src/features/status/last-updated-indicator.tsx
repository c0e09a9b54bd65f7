import { useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useRealtime } from "../../../../client/react/realtime-context.ts";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { useRestoredFrom } from "../../../../client/react/use-restored-from.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useNow } from "../../lib/use-now.ts";
import { IconButton } from "../../ui/icon-button.tsx";

const JUST_NOW_MS = 5_000;

export type LastUpdatedIndicatorProps = {
  /** Runs besides the request for missed events. By default all active queries are refetched. */
  readonly onRefresh?: () => void;
  /** On a narrow screen: the elapsed time alone, or nothing. */
  readonly narrow?: "short" | "nothing";
};

/**
 * "Updated 12 sec. ago", with a button that refreshes now. The time is the last moment at which the client was provably in
 * step, or the age of restored data; the end of a request proves neither. Screen readers do not announce the ticks.
 */
export const LastUpdatedIndicator = ({ onRefresh, narrow = "short" }: LastUpdatedIndicatorProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useRealtime();
  const queryClient = useQueryClient();
  const { inStepAt } = useLiveStatus();
  const now = useNow(1_000);
  const refresh = () => {
    client.refresh();
    if (onRefresh) onRefresh();
    else void queryClient.refetchQueries({ type: "active" });
  };
  const keptAt = useRestoredFrom();
  const at = inStepAt ?? keptAt;
  if (at === null) return null;
  const isNew = now - at < JUST_NOW_MS;
  const text = isNew ? t("live.justNow") : t("live.updated", { ago: format.ago(at, now, 1) });
  return (
    <span aria-live="off" title={text} className="tabular flex items-center gap-0.5 text-sm text-muted">
      <span className="max-lg:sr-only">{text}</span>
      {narrow === "short" ? (
        <span aria-hidden className="min-w-7 text-right lg:hidden">
          {format.elapsed(at, now)}
        </span>
      ) : null}
      <IconButton label={t("live.refresh")} onClick={refresh}>
        <RefreshCw size={14} aria-hidden />
      </IconButton>
    </span>
  );
};
