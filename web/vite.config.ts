import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const origin = process.env.WEB_API_ORIGIN ?? "http://127.0.0.1:3000";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
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
  },
});
