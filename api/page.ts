import { join, normalize, sep } from "node:path";
import type { AppContext } from "./http.ts";

/**
 * Allows scripts from our own files alone. Styles may be inline, because libraries position popups by `style`. A page
 * whose socket has another origin may fetch there to find out why the socket was refused.
 */
const contentSecurityPolicy = (socketOrigin: string): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ws: wss: ${socketOrigin}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

const HASHED = "/assets/";

/** Tells the page that nobody is signed in: asking `GET /api/me` would leave a 401 in its console. */
const SIGNED_OUT = '<meta name="artel-session" content="none" />';
const hasSession = (cookies: string | undefined): boolean => cookies?.includes("artel.session_token=") ?? false;

/** Serves the built files. Every other address gets the page, which has the router. */
export const pageHandler = (directory: string, socketAddress: string) => {
  const root = normalize(directory) + sep;
  const policy = contentSecurityPolicy(new URL(socketAddress.replace(/^ws/, "http")).origin);
  return async (c: AppContext) => {
    c.header("Content-Security-Policy", policy);
    const file = await fileAt(root, c.req.path);
    if (file !== null) {
      c.header("Cache-Control", c.req.path.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache");
      return c.body(file.stream(), 200, { "Content-Type": file.type });
    }
    if (c.req.path.startsWith(HASHED)) return c.notFound();
    const page = Bun.file(join(root, "index.html"));
    if (!(await page.exists())) return c.text("The page is not built; `bun start` builds it.", 503);
    c.header("Cache-Control", "no-cache");
    c.header("Vary", "Cookie");
    const text = await page.text();
    const html = hasSession(c.req.header("Cookie")) ? text : text.replace("<head>", `<head>${SIGNED_OUT}`);
    return c.body(html, 200, { "Content-Type": "text/html; charset=utf-8" });
  };
};

const fileAt = async (root: string, path: string) => {
  if (path === "/" || path.endsWith("/index.html")) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const target = normalize(join(root, decoded));
  if (!target.startsWith(root) || decoded.includes("\u0000")) return null;
  const file = Bun.file(target);
  return (await file.exists()) ? file : null;
};
