import { type ReactNode, useEffect, useState } from "react";
import { socketAddress } from "../../../../client/browser/browser-ports.ts";
import { useLiveStatus } from "../../../../client/react/socket-provider.tsx";
import { checkEndpoint, type EndpointCheck } from "../../../../client/realtime/check-endpoint.ts";
import type { ConnectionProblem, StreamProblem } from "../../../../client/realtime/connection-problem.ts";
import { POLL_INTERVAL_MS } from "../../../../client/realtime/fallback/polling-transport.ts";
import type { LiveStatus } from "../../../../client/realtime/live-status.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Modal } from "../../ui/modal.tsx";
import type { TranslateConnection } from "./load-connection-words.ts";

const UPGRADE =
  "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;";
const BUFFERING = "proxy_buffering off;";
const TIME_LIMIT = "proxy_read_timeout 60s;";

/** Explains which transport delivers changes and why no better one works. */
export const ConnectionDialog = ({ t, onClose }: { t: TranslateConnection; onClose: () => void }) => {
  const { t: word } = useTranslation();
  const { status, reason, problem, streamProblem } = useLiveStatus();
  const address = problem && "url" in problem ? socketAddress(problem.url, location.href) : null;
  return (
    <Modal open onClose={onClose} title={t("connection.title")} description={t("connection.goesUp")}>
      <div className="flex flex-col gap-4">
        <Part title={t("connection.now")}>
          <p>{reason ? word(`live.reasons.${reason}`) : transportText(t, status)}</p>
        </Part>
        {problem ? (
          <Part title={t("connection.socket")}>
            <SocketProblem t={t} problem={problem} address={address} />
          </Part>
        ) : null}
        {streamProblem ? (
          <Part title={t("connection.stream")}>
            <StreamProblemText t={t} problem={streamProblem} />
          </Part>
        ) : null}
        <dl className="flex flex-col gap-2">
          {address ? <Entry name={t("connection.address")}>{address}</Entry> : null}
          <Entry name={t("connection.origin")}>{location.origin}</Entry>
        </dl>
      </div>
    </Modal>
  );
};

const transportText = (t: TranslateConnection, status: LiveStatus["status"]): string =>
  t(`connection.${status}`, { seconds: POLL_INTERVAL_MS / 1_000 });

const SocketProblem = ({
  t,
  problem,
  address,
}: {
  t: TranslateConnection;
  problem: ConnectionProblem;
  address: string | null;
}) => {
  switch (problem.kind) {
    case "no-token":
      if (problem.code === null) return <p>{t("connection.unreachable")}</p>;
      return (
        <p>
          {problem.code === "UNTRUSTED_ORIGIN"
            ? t("connection.untrusted")
            : t("connection.token", { code: problem.code })}
        </p>
      );
    case "not-opened":
      if (location.protocol === "https:" && address?.startsWith("ws:")) return <p>{t("connection.mixed")}</p>;
      return <NotOpened t={t} address={address ?? problem.url} />;
    case "cut":
      return <p>{t("connection.cut", { code: String(problem.code) })}</p>;
    case "silent":
      return <p>{t("connection.silent")}</p>;
  }
};

const NotOpened = ({ t, address }: { t: TranslateConnection; address: string }) => {
  const [found, setFound] = useState<EndpointCheck | null>(null);
  useEffect(() => {
    let isMounted = true;
    void checkEndpoint(address, (url, init) => fetch(url, init)).then((check) => {
      if (isMounted) setFound(check);
    });
    return () => {
      isMounted = false;
    };
  }, [address]);
  return <div aria-live="polite">{found ? <Found t={t} found={found} /> : <p>{t("connection.looking")}</p>}</div>;
};

const Found = ({ t, found }: { t: TranslateConnection; found: EndpointCheck }) => {
  switch (found.kind) {
    case "untrusted-origin":
      return <p>{t("connection.untrusted")}</p>;
    case "upgrade-blocked":
      return <Recipe lines={UPGRADE}>{t("connection.upgrade")}</Recipe>;
    case "other-server":
      return <p>{t("connection.elsewhere", { status: String(found.status) })}</p>;
    case "unreachable":
      return <p>{t("connection.nothing")}</p>;
  }
};

const StreamProblemText = ({ t, problem }: { t: TranslateConnection; problem: StreamProblem }) => {
  switch (problem.kind) {
    case "held-back":
      return <Recipe lines={BUFFERING}>{t("connection.heldBack")}</Recipe>;
    case "refused":
      return <p>{t("connection.refused", { status: String(problem.status) })}</p>;
    case "cut":
      return <Recipe lines={TIME_LIMIT}>{t("connection.streamCut")}</Recipe>;
    case "unreachable":
      return <p>{t("connection.streamUnreachable")}</p>;
  }
};

const Recipe = ({ lines, children }: { lines: string; children: ReactNode }) => (
  <div className="flex flex-col gap-2">
    <p>{children}</p>
    <pre className="overflow-x-auto rounded-md bg-pressed px-3 py-2 text-sm whitespace-pre-wrap select-all">
      {lines}
    </pre>
  </div>
);

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="flex flex-col gap-1">
    <h3 className="text-sm font-medium text-muted">{title}</h3>
    {children}
  </section>
);

const Entry = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt className="text-sm text-muted">{name}</dt>
    <dd className="break-all select-all">{children}</dd>
  </div>
);
