import { afterAll, expect, test } from "bun:test";
import { withReadableUrl } from "./readable-url.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (raw) => {
    const request = withReadableUrl(raw);
    const { pathname, search } = new URL(request.url);
    return new Response(`${request.method} ${pathname}${search} ${await request.text()}`);
  },
});
afterAll(() => server.stop(true));

/** The last line of the answer to what is said word for word. */
const said = async (...lines: string[]): Promise<string> => {
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

test("a request without a host, as health checks send it, has an address", async () => {
  expect(await said("GET /api/health?a=1 HTTP/1.0", "", "")).toBe("GET /api/health?a=1 ");
});

test.each(["a b", "[::1", "", "%", "x:y:z"])("a request whose host is %p has an address", async (host) => {
  expect(await said("GET /health HTTP/1.1", `Host: ${host}`, "", "")).toBe("GET /health ");
});

test("a path of two slashes is no host", async () => {
  expect(await said("GET //evil/x HTTP/1.0", "", "")).toBe("GET //evil/x ");
});

test("its method and body stay", async () => {
  expect(await said("POST /x HTTP/1.0", "Content-Length: 2", "", "hi")).toBe("POST /x hi");
});
