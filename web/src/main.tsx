import "./styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { wordLoaders } from "./app/word-loaders.ts";
import { startI18n } from "./i18n/i18n.ts";
import { registerServiceWorker } from "./lib/service-worker.ts";

/** Loads the page of the address in parallel with the words. */
const preloadPage = (): void => {
  const page = location.pathname.startsWith("/b/")
    ? import("./app/board-page.tsx")
    : location.pathname === "/"
      ? import("./app/home-page.tsx")
      : null;
  // The router loads it again and shows the error.
  page?.catch(() => undefined);
};

const start = async (root: HTMLElement) => {
  preloadPage();
  await startI18n(wordLoaders);
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
};

const root = document.getElementById("root");
if (root) void start(root);
registerServiceWorker();
