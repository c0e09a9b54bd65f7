import { describe, expect, test } from "bun:test";
import { parseDraft, serializeDraft } from "../../lib/drafts.ts";
import { keepMine, viewDraft, writeDraft } from "./description-draft.ts";

describe("a description that is being written", () => {
  test("others' changes show as long as nothing is being written", () => {
    expect(viewDraft(null, "theirs")).toEqual({ text: "theirs", dirty: false, theirs: null });
  });

  test("what I write stays mine while theirs is offered beside it", () => {
    const draft = writeDraft(null, "old", "mine");
    expect(viewDraft(draft, "old")).toEqual({ text: "mine", dirty: true, theirs: null });
    expect(viewDraft(draft, "theirs")).toEqual({ text: "mine", dirty: true, theirs: "theirs" });
  });

  test("going on with mine settles the question until they write again", () => {
    const draft = keepMine(writeDraft(null, "old", "mine"), "theirs");
    expect(viewDraft(draft, "theirs").theirs).toBeNull();
    expect(viewDraft(draft, "theirs again").theirs).toBe("theirs again");
  });

  test("taking every letter back leaves nothing unsaved", () => {
    expect(writeDraft(writeDraft(null, "old", "oldx"), "old", "old")).toBeNull();
  });

  test("a draft is saved when the server says the same", () => {
    expect(viewDraft({ base: "old", text: "mine" }, "mine").dirty).toBe(false);
  });

  test("survives being put away, and rubbish does not", () => {
    const draft = { base: "a\n", text: "ж" };
    expect(parseDraft(serializeDraft(draft))).toEqual(draft);
    for (const rubbish of [null, "", "{}", "[1]", "[", "null"]) expect(parseDraft(rubbish)).toBeNull();
  });
});
