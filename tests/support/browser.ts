import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/find-tools.ts";
import { own } from "./lifetime.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // /dev/shm is 64 MB in most containers; when it is full, the tab crashes.
  "--disable-dev-shm-usage",
];

export type Person = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors and uncaught page errors, each with the address of its page. */
  readonly problems: string[];
  readonly close: () => Promise<void>;
};

/** Starts the system's Chromium, headless; it is closed with the test file. */
export const launchBrowser = async (): Promise<Browser> => {
  const tool = findChromium();
  if (!tool) throw new Error('Chromium is missing: "bun check" installs it');
  const browser = await chromium.launch({ executablePath: tool.path, headless: true, args: FLAGS });
  own(() => browser.close());
  return browser;
};

/**
 * Opens a context with its own cookies and storage and one page; en-US in UTC unless `options` say otherwise. Service
 * workers are blocked: a route that a test installs must not depend on when the page registers one.
 */
export const openPerson = async (browser: Browser, options: BrowserContextOptions = {}): Promise<Person> => {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", serviceWorkers: "block", ...options });
  const problems: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") problems.push(`${message.page()?.url() ?? "?"}: ${message.text()}`);
  });
  context.on("weberror", (error) => {
    problems.push(`${error.page()?.url() ?? "?"}: ${error.error().stack ?? error.error().message}`);
  });
  const page = await context.newPage();
  return { context, page, problems, close: () => context.close() };
};
