import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precache } from "./precache.ts";
import { slim } from "./slim.ts";

const origin = process.env.WEB_API_ORIGIN ?? "http://127.0.0.1:3000";

/** Modules that every signed-in page needs for its first paint. A module that loads later must not be listed. */
const CORE_MODULES = [
  "shared/(ids|color|events|boards|columns|labels|members|tasks|teams|time|users|problem|role|rank|paging|json)",
  "shared/protocol/[\\w-]+",
  "client/sync-client",
  "client/browser/(api-client|browser-ports|local-store|page-api|page-visibility|fetch-with-timeout|session-hint)",
  "client/react/(join-team|realtime-context|socket-provider|sync-context|sync-provider|team-socket-handler|use-snapshot|use-view)",
  "client/realtime/(backoff|connection-problem|frames|generation|grant|live-status|presence-book|realtime-client|throttled)",
  "client/realtime/connection/(machine|socket-driver|state)",
  "client/realtime/fallback/(machine|state|transports)",
  "client/realtime/subscription/(machine|state|subscriptions)",
  "client/sync/[\\w-]+",
  "client/sync/outbox/(?!leader-lock)[\\w-]+",
  "client/sync/storage/(browser-storage|persister|storage-port|unsent-count)",
  "shared/entities/[\\w-]+",
  "web/src/app/(menu-button|rail|rail-state|shell|word-loaders)",
  "web/src/board/(board-context|placement)",
  "web/src/entities/snapshots",
  "web/src/features/accounts/user-menu",
  "web/src/features/status/(connection-banner|live-status|refused-changes)",
  "web/src/session/(follow-access|listing|me-query|page-client|query-keys|use-account|use-me|use-team)",
  "web/src/ui/(avatar|button|full-message|icon-button|logo|menu|pill|skeleton)",
  "web/src/i18n/(format|i18n|problem-text|translator|use-format|use-translation)",
  "web/src/lib/(day|lazy-with-retry|store|use-delayed)",
  "lucide-react/dist/esm/icons/(archive|archive-arrow-up|archive-restore|pencil|plus|trash|x)",
];
const CORE = new RegExp(`/(${CORE_MODULES.join("|")})\\.(tsx?|m?js)$`);

export default defineConfig({
  root: import.meta.dirname,
  plugins: [slim(), precache(), react(), tailwindcss()],
  server: {
    proxy: {
      "/api": { target: origin },
      "/ws": { target: origin, ws: true },
    },
  },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    // These support light-dark() and nesting, so the style sheet ships as written.
    target: ["chrome125", "firefox128", "safari18"],
    // The page's Content-Security-Policy allows fonts and scripts from its own origin only, no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // The document loads these already, so no script needs to name them.
      resolveDependencies: (_, files, { hostType }) =>
        hostType === "html" ? files : files.filter((file) => !/\/(base|core|index|rolldown-runtime)-[^/]+$/.test(file)),
    },
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        // Every page needs these packages. One file compresses better than ten.
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler|zod|@tanstack\/(react-router|router-core|history|query-core|react-query|store|react-store)|@lingui|uuid|fractional-indexing|clsx|use-sync-external-store)\//,
            },
            { name: "core", test: CORE },
          ],
        },
      },
    },
  },
});
