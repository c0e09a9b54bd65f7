import { describe, expect, test } from "bun:test";
import { PROBLEM_STATUS } from "../../shared/problem.ts";
import { CLOSE, type CloseBehavior } from "../../shared/protocol/close-codes.ts";
import { SOCKET_ERROR_CODES } from "../../shared/protocol/down.ts";
import { codeIn, readDocument, tableOf } from "./markdown.ts";

const errors = readDocument("docs/errors.md");
const protocol = readDocument("docs/protocol.md");

const BEHAVIORS: Record<CloseBehavior, string> = {
  reconnect: "come back",
  "reconnect-later": "come back later",
  "renew-token": "new token, then come back",
  stop: "stop",
};
const closes = Object.values(CLOSE).map(({ code, behavior }) => [code, BEHAVIORS[behavior]]);

describe("docs/errors.md", () => {
  test("lists every problem of REST with its status, in the order of the code", () => {
    const listed = tableOf(errors, "Code").map(([code, status]) => [codeIn(code), Number(status)]);
    expect(listed).toEqual(Object.entries(PROBLEM_STATUS));
  });
});

describe.each([errors, protocol])("$path", (document) => {
  test("lists every error of the socket", () => {
    expect(tableOf(document, "Socket error").map(([code]) => codeIn(code))).toEqual([...SOCKET_ERROR_CODES]);
  });

  test("lists every close code with what a client does", () => {
    const listed = tableOf(document, "Close code").map(([code, , action]) => [Number(codeIn(code)), action]);
    expect(listed).toEqual(closes);
  });
});
