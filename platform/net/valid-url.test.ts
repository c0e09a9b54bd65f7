import { afterAll, expect, test } from "bun:test";
import { withValidUrl } from "./valid-url.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (raw) => {
    const request = withValidUrl(raw);
    const { pathname, search } = new URL(request.url);
    return new Response(`${request.method} ${pathname}${search} ${await request.text()}`);
  },
});
afterAll(() => server.stop(true));

/** Sends the raw lines and returns the last line of the response. */
const sendRaw = async (...lines: string[]): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port ?? 0,
    socket: {
      open: (socket) => void socket.write(lines.join("\r\n")),
      data: (socket, bytes) => {
        answer += bytes.toString();
        if (/\r\n\r\n./.test(answer)) socket.end();
      },
      close: () => resolve(answer.split("\r\n").at(-1) ?? ""),
    },
  });
  return promise;
};

test("a request without a host, as health checks send it, gets a valid URL", async () => {
  expect(await sendRaw("GET /api/health?a=1 HTTP/1.0", "", "")).toBe("GET /api/health?a=1 ");
});

test.each(["a b", "[::1", "", "%", "x:y:z"])("a request with the host %p gets a valid URL", async (host) => {
  expect(await sendRaw("GET /health HTTP/1.1", `Host: ${host}`, "", "")).toBe("GET /health ");
});

test("a path with two slashes is not taken as a host", async () => {
  expect(await sendRaw("GET //evil/x HTTP/1.0", "", "")).toBe("GET //evil/x ");
});

test("the method and the body stay", async () => {
  expect(await sendRaw("POST /x HTTP/1.0", "Content-Length: 2", "", "hi")).toBe("POST /x hi");
});
