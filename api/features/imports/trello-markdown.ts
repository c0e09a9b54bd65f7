import { MAX_DESCRIPTION_BYTES, MAX_TITLE_LENGTH } from "../../../shared/tasks.ts";
import type { TrelloCard, TrelloChecklist, TrelloComment } from "./trello-schema.ts";

/** Data about a card that the export keeps outside the card. */
export type CardExtras = {
  readonly checklists: readonly TrelloChecklist[];
  /** Oldest first. */
  readonly comments: readonly TrelloComment[];
  readonly people: readonly string[];
  /** The name of the archived list that the card was in. */
  readonly archivedList: string | null;
};

const storable = (text: string) => text.replaceAll("\u0000", "").toWellFormed();
const oneLine = (text: string) => storable(text).replaceAll(/\s+/g, " ").trim();

/** The title, cut to its maximum length; the description keeps a longer name whole. */
export const titleOf = (card: TrelloCard): string => {
  const whole = [...oneLine(card.name)];
  if (whole.length === 0) return "Untitled";
  return whole.length <= MAX_TITLE_LENGTH ? whole.join("") : `${whole.slice(0, MAX_TITLE_LENGTH - 1).join("")}…`;
};

const checklistSection = (checklist: TrelloChecklist): string =>
  [
    `### ${oneLine(checklist.name) || "Checklist"}`,
    "",
    ...[...checklist.checkItems]
      .sort((a, b) => (a.pos ?? 0) - (b.pos ?? 0))
      .map((item) => `- [${item.state === "complete" ? "x" : " "}] ${oneLine(item.name)}`),
  ].join("\n");

const commentSection = (comment: TrelloComment): string => {
  const author = oneLine(comment.memberCreator?.fullName || comment.memberCreator?.username || "Someone");
  const quoted = storable(comment.data.text)
    .split("\n")
    .map((line) => `> ${line}`);
  return [`**${author}**, ${new Date(comment.date).toISOString().slice(0, 10)}:`, "", ...quoted].join("\n");
};

const bytes = (text: string) => Buffer.byteLength(text, "utf8");

/** Cuts a text to at most `limit` bytes, between two characters. */
const cutBytes = (text: string, limit: number): string => {
  if (bytes(text) <= limit) return text;
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, limit), { stream: true });
};

const CUT_NOTE = "\n\n*Cut here: the description was too long.*";

/** The description, followed by the card's data without a field of ours, as Markdown. */
export const descriptionOf = (card: TrelloCard, extras: CardExtras): string => {
  const sections: string[] = [];
  if ([...oneLine(card.name)].length > MAX_TITLE_LENGTH) sections.push(storable(card.name));
  if (card.desc !== "") sections.push(storable(card.desc));
  const facts: string[] = [];
  if (card.dueComplete === true) facts.push("- [x] Done by its due date");
  if (extras.people.length > 0) facts.push(`- Members: ${extras.people.map(oneLine).join(", ")}`);
  if (extras.archivedList !== null) facts.push(`- From the archived list “${oneLine(extras.archivedList)}”`);
  if (facts.length > 0) sections.push(facts.join("\n"));
  sections.push(...extras.checklists.map(checklistSection));
  if (card.attachments.length > 0) {
    const links = card.attachments.map(
      ({ name, url }) =>
        `- [${oneLine(name).replaceAll(/[[\]]/g, "") || "file"}](<${oneLine(url).replaceAll(/[<>]/g, "")}>)`,
    );
    sections.push(["### Attachments", "", ...links].join("\n"));
  }
  if (extras.comments.length > 0) sections.push("### Comments", ...extras.comments.map(commentSection));
  const whole = sections.join("\n\n");
  return bytes(whole) <= MAX_DESCRIPTION_BYTES
    ? whole
    : cutBytes(whole, MAX_DESCRIPTION_BYTES - bytes(CUT_NOTE)) + CUT_NOTE;
};
