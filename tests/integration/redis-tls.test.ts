import { expect, test } from "bun:test";
import { join } from "node:path";
import { healthSchema } from "../../shared/health.ts";
import { temporaryFolder } from "../support/lifetime.ts";
import { freePort } from "../support/ports.ts";
import { startWss } from "../support/processes.ts";
import { startRedis } from "../support/services.ts";

/** Creates a self-signed certificate for this machine. */
const makeCertificate = () => {
  const folder = temporaryFolder("tls");
  const [certificate, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const made = Bun.spawnSync([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
    ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
  ]);
  if (!made.success) throw new Error(`openssl made no certificate: ${made.stderr.toString()}`);
  return { certificate, key };
};

const healthOf = async (url: string) =>
  healthSchema.parse(await (await fetch(`${url.replace("ws:", "http:")}/health`)).json()).status;

test("Redis by TLS is trusted only with its authority's certificate", async () => {
  const { certificate, key } = makeCertificate();
  const port = freePort();
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
  await startRedis(["--tls-port", String(port), "--tls-auth-clients", "no", ...files]);
  const env = { REDIS_URL: `rediss://127.0.0.1:${port}`, ARTEL_SECRET: "a secret of more than thirty-two characters" };
  const [trusting, careful] = await Promise.all([
    startWss({ env: { ...env, NODE_EXTRA_CA_CERTS: certificate } }),
    startWss({ env }),
  ]);
  expect([await healthOf(trusting.url), await healthOf(careful.url)]).toEqual(["ok", "degraded"]);
  expect(careful.output()).toContain("self signed certificate");
}, 30_000);
