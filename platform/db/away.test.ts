import { expect, test } from "bun:test";
import { isDatabaseAway } from "./away.ts";

const coded = (code: string) => Object.assign(new Error("it failed"), { code });

test.each(["ECONNRESET", "57P01", "57P03", "08006", "53300", "57014", "SQLITE_BUSY"])(
  "%s: the database is away",
  (code) => {
    expect(isDatabaseAway(coded(code))).toBeTrue();
    expect(isDatabaseAway(new AggregateError([coded(code)]))).toBeTrue();
  },
);

test.each(["Connection terminated unexpectedly", "timeout exceeded when trying to connect", "Query read timeout"])(
  "%s: the database is away",
  (message) => expect(isDatabaseAway(new Error(message))).toBeTrue(),
);

test.each(["23505", "40001", "42601", "SQLITE_CONSTRAINT_UNIQUE"])("%s: the database is there", (code) => {
  expect(isDatabaseAway(coded(code))).toBeFalse();
});
