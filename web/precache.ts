import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Plugin } from "vite";
import { UNHASHED_FILES } from "./service-worker/routes.ts";

const ENTRY = join(import.meta.dirname, "service-worker/service-worker.ts");
const FILE = "service-worker.js";

/** Builds the service worker beside the page. Fills in the page's files and a cache name that changes with them. */
export const precache = (): Plugin => ({
  name: "precache",
  apply: "build",
  buildStart() {
    this.emitFile({ type: "chunk", id: ENTRY, fileName: FILE });
  },
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const worker = bundle[FILE];
      if (worker?.type !== "chunk") throw new Error("the service worker was not built");
      if (worker.imports.length > 0 || worker.exports.length > 0)
        throw new Error("the service worker must be one script");
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/"))
        .sort();
      const page = bundle["index.html"];
      const html = page?.type === "asset" ? page.source : "";
      const version = createHash("sha256")
        .update(files.join("\n"))
        .update(html)
        .update(worker.code)
        .digest("hex")
        .slice(0, 16);
      const paths = [...files.map((name) => `/${name}`), ...UNHASHED_FILES];
      worker.code = worker.code
        .replaceAll("__VERSION__", JSON.stringify(version))
        .replaceAll("__FILES__", JSON.stringify(paths));
    },
  },
});
