import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { slim } from "./slim.ts";

const origin = process.env.WEB_API_ORIGIN ?? "http://127.0.0.1:3000";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [slim(), react(), tailwindcss()],
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
          ],
        },
      },
    },
  },
});
