import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precache } from "./precache.ts";
import { slim } from "./slim.ts";

const origin = process.env.WEB_API_ORIGIN ?? "http://127.0.0.1:3000";

/** Needed by every page behind the sign-in before anything is shown; what is loaded later must not be named here. */
const CORE_MODULES = [
  "shared/(position|ids|color|events|boards|columns|labels|members|tasks|teams|time|users|problem|role|rank|paging|json|realtime-token)",
  "shared/protocol/[\\w-]+",
  "web/src/realtime/(backoff|browser-ports|connection-state|connection-table|frames|grant|ladder-state|ladder-table)",
  "web/src/realtime/(live-status|presence-book|realtime-client|realtime-context|socket-link|socket-provider)",
  "web/src/realtime/(subscription-state|subscription-table|subscriptions|team-socket-handler|throttled|transports|trouble)",
  "web/src/cache/(apply-event|bucket-map|board-views|facts|intents|keys|overlay|query-client|reads)",
  "web/src/cache/(browser-device|device|keeper|outbox|outbox-entry|outbox-link|outcome|refusals|texts)",
  "web/src/cache/(runtime|session-hint|state-queries|states|task-table|team-calls|tenant-log|tenants|use-teams|use-view)",
  "web/src/app/(full-message|menu-button|rail|rail-state|shell)",
  "web/src/features/accounts/user-menu",
  "web/src/features/status/(live-status|refused-changes|waiting-strip)",
  "web/src/ui/(avatar|button|icon-button|logo|menu|pill|skeleton)",
  "web/src/i18n/(format|i18n|translator|use-format|use-translation)",
  "web/src/lib/(api-client|day|page-fetch|page-seen|patient-lazy|problem-text|storage|store|use-delayed)",
  "lucide-react/dist/esm/icons/(archive-restore|plus|trash|x)",
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
    // These have light-dark() and nesting, so the style sheet ships as it was written.
    target: ["chrome125", "firefox128", "safari18"],
    // The page's policy allows fonts and scripts from its own origin only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        // Every page needs them, and in one file they compress better than in ten.
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
