import { describe, expect, test } from "bun:test";
import { parseDraft, serializeDraft } from "../../lib/drafts.ts";
import { keepMine, viewDraft, writeDraft } from "./description-draft.ts";

describe("a description draft", () => {
  test("others' changes show while there is no draft", () => {
    expect(viewDraft(null, "theirs")).toEqual({ text: "theirs", dirty: false, theirs: null });
  });

  test("a draft stays while a conflicting text is shown beside it", () => {
    const draft = writeDraft(null, "old", "mine");
    expect(viewDraft(draft, "old")).toEqual({ text: "mine", dirty: true, theirs: null });
    expect(viewDraft(draft, "theirs")).toEqual({ text: "mine", dirty: true, theirs: "theirs" });
  });

  test("keeping mine resolves the conflict until they save again", () => {
    const draft = keepMine(writeDraft(null, "old", "mine"), "theirs");
    expect(viewDraft(draft, "theirs").theirs).toBeNull();
    expect(viewDraft(draft, "theirs again").theirs).toBe("theirs again");
  });

  test("undoing every key leaves no draft", () => {
    expect(writeDraft(writeDraft(null, "old", "oldx"), "old", "old")).toBeNull();
  });

  test("a draft equal to the server's text is not unsaved", () => {
    expect(viewDraft({ base: "old", text: "mine" }, "mine").dirty).toBe(false);
  });

  test("survives serialization, and invalid data is ignored", () => {
    const draft = { base: "a\n", text: "ж" };
    expect(parseDraft(serializeDraft(draft))).toEqual(draft);
    for (const rubbish of [null, "", "{}", "[1]", "[", "null"]) expect(parseDraft(rubbish)).toBeNull();
  });
});
