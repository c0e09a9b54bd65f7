import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../log/error-message.ts";
import { type Config, ConfigError } from "./config.ts";

const FILE = "secret";

/**
 * The secret that signs sessions and realtime tokens: `ARTEL_SECRET`, or one generated on the first start and stored in
 * `DATA_DIR` with mode 0600.
 * @throws ConfigError when the folder is not writable or the stored secret is shorter than 32 characters.
 */
export const resolveSecret = (config: Pick<Config, "secret" | "dataDir">): string => {
  if (config.secret !== null) return config.secret;
  const path = join(config.dataDir, FILE);
  try {
    if (!existsSync(path)) {
      mkdirSync(config.dataDir, { recursive: true });
      try {
        // "wx" fails if the file exists: two processes that start at once must share one secret.
        writeFileSync(path, randomBytes(48).toString("base64url"), { mode: 0o600, flag: "wx" });
      } catch (error) {
        if (!existsSync(path)) throw error;
      }
    }
    const secret = readFileSync(path, "utf8").trim();
    if (secret.length >= 32) return secret;
  } catch (error) {
    throw new ConfigError(`DATA_DIR: ${config.dataDir} is not writable (${errorMessage(error)})`);
  }
  throw new ConfigError(
    `DATA_DIR: the secret in ${path} is shorter than 32 characters; set ARTEL_SECRET or delete the file`,
  );
};
