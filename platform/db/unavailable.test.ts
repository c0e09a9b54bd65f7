import { expect, test } from "bun:test";
import { isDatabaseUnavailable } from "./unavailable.ts";

const coded = (code: string) => Object.assign(new Error("it failed"), { code });

test.each(["ECONNRESET", "57P01", "57P03", "08006", "53300", "57014", "SQLITE_BUSY"])(
  "%s: the database is unavailable",
  (code) => {
    expect(isDatabaseUnavailable(coded(code))).toBeTrue();
    expect(isDatabaseUnavailable(new AggregateError([coded(code)]))).toBeTrue();
  },
);

test.each(["Connection terminated unexpectedly", "timeout exceeded when trying to connect", "Query read timeout"])(
  "%s: the database is unavailable",
  (message) => expect(isDatabaseUnavailable(new Error(message))).toBeTrue(),
);

test.each(["23505", "40001", "42601", "SQLITE_CONSTRAINT_UNIQUE"])("%s: the database is available", (code) => {
  expect(isDatabaseUnavailable(coded(code))).toBeFalse();
});
