import { beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launchBrowser, openPerson } from "./browser.ts";
import { own } from "./lifetime.ts";

let browser: Browser;
let url: string;

beforeAll(async () => {
  const page = `<title>Hello</title><script>
    if (location.search === "?bad") { console.error("said by the console"); setTimeout(() => { throw new Error("thrown by the page") }); }
  </script><button onclick="localStorage.setItem('seen', '1')">Press</button>`;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/": () => new Response(page, { headers: { "content-type": "text/html" } }),
      "/favicon.ico": () => new Response(null, { status: 204 }),
    },
  });
  own(() => server.stop(true));
  url = server.url.href;
  browser = await launchBrowser();
}, 60_000);

test("a page without errors reports no problems", async () => {
  const { page, problems } = await openPerson(browser);
  await page.goto(url);
  await page.getByRole("button", { name: "Press" }).click();
  expect(await page.title()).toBe("Hello");
  expect(problems).toEqual([]);
}, 30_000);

test("console errors and uncaught errors are collected", async () => {
  const { page, problems } = await openPerson(browser);
  const thrown = page.waitForEvent("pageerror");
  await page.goto(`${url}?bad`);
  await thrown;
  expect(problems.join("\n")).toContain("said by the console");
  expect(problems.join("\n")).toContain("thrown by the page");
}, 30_000);

test("two contexts share nothing", async () => {
  const [one, other] = await Promise.all([openPerson(browser), openPerson(browser)]);
  await Promise.all([one.page.goto(url), other.page.goto(url)]);
  await one.page.getByRole("button", { name: "Press" }).click();
  expect(await one.page.evaluate(() => localStorage.getItem("seen"))).toBe("1");
  expect(await other.page.evaluate(() => localStorage.getItem("seen"))).toBeNull();
}, 30_000);
