import { CloudOff } from "lucide-react";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { useRestoredFrom } from "../../../../client/react/use-restored-from.ts";
import { usePendingCount, useStorageUnavailable } from "../../board/use-board.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useDelayed } from "../../lib/use-delayed.ts";
import { useNow } from "../../lib/use-now.ts";

/** Tells while the page is offline or reconnecting, with the number of unsent changes. */
export const ConnectionBanner = () => {
  const { t } = useTranslation();
  const { status, reason, inStepAt } = useLiveStatus();
  const waiting = usePendingCount();
  const isStorageUnavailable = useStorageUnavailable();
  const keptAt = useRestoredFrom();
  const isDisconnected = status === "offline" || (status === "reconnecting" && waiting > 0);
  const shown = useDelayed(isDisconnected, 1_000);
  if (reason && reason !== "signed-out") {
    return <Banner label={t(`live.${status}`)}>{t(`live.reasons.${reason}`)}</Banner>;
  }
  if (!shown) return null;
  return (
    <Banner label={t(`live.${status}`)}>
      <span className="font-medium">{status === "offline" ? t("waiting.offline") : t("waiting.reconnecting")}</span>{" "}
      {waiting > 0 ? t("waiting.changes", { count: waiting }) : t("waiting.goOn")}
      {waiting > 0 && isStorageUnavailable ? ` ${t("waiting.notKept")}` : null}
      {inStepAt === null && keptAt !== null ? <StoredDataAge at={keptAt} /> : null}
    </Banner>
  );
};

/** Shown when the data comes from storage: its age. */
const StoredDataAge = ({ at }: { at: number }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  return <> {t("waiting.kept", { ago: format.ago(at, now) })}</>;
};

/** A landmark of its own, between the header and the main part. */
const Banner = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <aside
    aria-label={label}
    className="fade flex items-center gap-2 border-b border-border bg-warning-soft px-4 py-1.5 text-sm text-warning"
  >
    <CloudOff size={15} aria-hidden className="shrink-0" />
    <p>{children}</p>
  </aside>
);
