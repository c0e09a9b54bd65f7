import { expect, test } from "bun:test";
import fc from "fast-check";
import { mentionsIn } from "../../../shared/mentions.ts";
import { type Person, toShown, toStored } from "./mentions.ts";

const idOf = (number: number) => `0199a000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
const people = (...names: string[]): Person[] => names.map((name, index) => ({ id: idOf(index + 1), name }));

const ANNA = idOf(1);
const PETROVA = idOf(2);
const TEAM = people("Anna", "Anna Petrova", "Олег");

test("a shown mention is stored by its id", () => {
  expect(toStored("Thanks, @Anna! И @Олег.", TEAM)).toBe(`Thanks, @[${ANNA}]! И @[${idOf(3)}].`);
});

test("the longest name wins", () => {
  expect(toStored("@Anna Petrova and @Anna P.", TEAM)).toBe(`@[${PETROVA}] and @[${ANNA}] P.`);
});

test("a mention stands at word boundaries in every script", () => {
  for (const text of [
    "mail@Anna",
    "ю@Anna",
    "@Annabel",
    "@Annaю",
    "@Anna\u0301",
    "@Anna_b",
    "@ Anna",
    "@anna",
    "𝒜@Anna",
  ])
    expect(toStored(text, TEAM)).toBe(text);
  expect(toStored("(@Anna)'s, @Anna's", TEAM)).toBe(`(@[${ANNA}])'s, @[${ANNA}]'s`);
});

test("mentions may follow one another without a space", () => {
  const stored = `@[${ANNA}]@[${idOf(3)}]`;
  expect(toShown(stored, TEAM)).toBe("@Anna@Олег");
  expect(toStored("@Anna@Олег", TEAM)).toBe(stored);
});

test("of two people with one name the first listed is mentioned", () => {
  const twins = people("Anna", "Anna");
  expect(toStored("@Anna", twins)).toBe(`@[${idOf(1)}]`);
});

test("a mention that its name would lose stays an id", () => {
  const twins = people("Anna", "Anna");
  expect(toShown(`@[${idOf(2)}]`, twins)).toBe(`@[${idOf(2)}]`);
  expect(toShown(`@[${ANNA}] Petrova`, TEAM)).toBe(`@[${ANNA}] Petrova`);
  expect(toShown(`a@[${ANNA}] @[${ANNA}]b`, TEAM)).toBe(`a@[${ANNA}] @[${ANNA}]b`);
});

const idsIn = (text: string): string[] => mentionsIn(text);

test("an unknown id and an id in capitals stay", () => {
  const unknown = `@[${idOf(99)}] @[${ANNA.toUpperCase()}] @[1]`;
  expect(toShown(unknown, TEAM)).toBe(unknown);
  expect(toStored(unknown, TEAM)).toBe(unknown);
});

test("ids are listed in order without doubles", () => {
  expect(idsIn(`@[${PETROVA}] @[${ANNA}] @[${PETROVA}] @[nobody]`)).toEqual([PETROVA, ANNA]);
  expect(idsIn("@Anna")).toEqual([]);
});

const namesArb = fc.uniqueArray(fc.stringMatching(/^[AbЖß]{1,3}( [AbЖ]{1,2})?$/u), { minLength: 1, maxLength: 5 });
const plain = fc.stringMatching(/^[ ,.\n(]{1,3}([cdя!?]{0,3}[ ,.\n(])?$/u);

/** Plain text between mentions that end at word boundaries. No plain part continues a name. */
const mentioning = namesArb.chain((names) => {
  const team = people(...names);
  return fc.record({
    team: fc.constant(team),
    parts: fc.array(fc.tuple(plain, fc.constantFrom(...team)), { maxLength: 6 }),
    end: plain,
  });
});

test("a text with names only as mentions is the same after storing and showing it", () => {
  fc.assert(
    fc.property(mentioning, ({ team, parts, end }) => {
      const shown = parts.map(([text, { name }]) => `${text}@${name}`).join("") + end;
      const stored = toStored(shown, team);
      expect(idsIn(stored)).toEqual([...new Set(parts.map(([, { id }]) => id))]);
      expect(toShown(stored, team)).toBe(shown);
    }),
  );
});

test("a stored text with known distinct names is the same after showing and storing it", () => {
  fc.assert(
    fc.property(mentioning, ({ team, parts, end }) => {
      const stored = parts.map(([text, { id }]) => `${text}@[${id}]`).join("") + end;
      const shown = toShown(stored, team);
      expect(idsIn(shown)).toEqual([]);
      expect(toStored(shown, team)).toBe(stored);
    }),
  );
});

test("showing and storing never changes who is mentioned, whatever the names", () => {
  const names = fc.array(fc.stringMatching(/^[Ab@[ю]( ?[Ab@\].]){0,3}$/u), { maxLength: 5 });
  const part = fc.oneof(
    fc.stringMatching(/^[Ab@[\] .ю]{0,4}$/u),
    fc.integer({ min: 1, max: 6 }).map((id) => `@[${idOf(id)}]`),
  );
  fc.assert(
    fc.property(names, fc.array(part, { maxLength: 8 }), (list, parts) => {
      const team = people(...list);
      const stored = toStored(parts.join(""), team);
      expect(idsIn(toStored(toShown(stored, team), team))).toEqual(idsIn(toStored(stored, team)));
    }),
    { numRuns: 1000 },
  );
});
