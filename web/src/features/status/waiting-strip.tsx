import { CloudOff } from "lucide-react";
import { usePendingCount } from "../../cache/use-board.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { useDelayed } from "../../lib/use-delayed.ts";
import { useLiveStatus } from "../../realtime/socket-provider.tsx";

/** Offline is a state, not an error: work goes on, and what waits is counted until it is sent. */
export const WaitingStrip = () => {
  const { t } = useTranslation();
  const { status, reason } = useLiveStatus();
  const waiting = usePendingCount();
  const cut = status === "offline" || (status === "reconnecting" && waiting > 0);
  const shown = useDelayed(cut, 1_000);
  if (reason && reason !== "signed-out") {
    return <Strip>{t(`live.reasons.${reason}`)}</Strip>;
  }
  if (!shown) return null;
  return (
    <Strip>
      <span className="font-medium">{status === "offline" ? t("waiting.offline") : t("waiting.reconnecting")}</span>{" "}
      {waiting > 0 ? t("waiting.changes", { count: waiting }) : t("waiting.goOn")}
    </Strip>
  );
};

const Strip = ({ children }: { children: React.ReactNode }) => (
  <div className="fade flex items-center gap-2 border-b border-border bg-warning-soft px-4 py-1.5 text-sm text-warning">
    <CloudOff size={15} aria-hidden className="shrink-0" />
    <p>{children}</p>
  </div>
);
