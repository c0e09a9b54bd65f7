import type { SocketErrorCode } from "../shared/protocol/down.ts";
import type { Connection } from "./connection.ts";

/** Tells the client that a request failed; the socket lives. */
export const sendError = (connection: Connection, code: SocketErrorCode, message: string, tenantId?: string): void => {
  connection.send({ type: "error", code, message, ...(tenantId === undefined ? {} : { tenantId }) });
};
