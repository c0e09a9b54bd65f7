import { findAndReplace } from "mdast-util-find-and-replace";
import { STORED_MENTION } from "../../../shared/mentions.ts";
import { isStoredMention } from "./mentions.ts";

type Tree = Parameters<typeof findAndReplace>[0];

export const MENTION_CLASS = "mention";

/** Markdown reads `@[userId](…)` as `@` and a link. Such links become their source again, in one text with the `@`. */
const unlinkMentions = (node: Tree, source: string): void => {
  if (!("children" in node)) return;
  for (let index = 0; index < node.children.length; index += 1) {
    const previous = node.children[index - 1];
    const child = node.children[index];
    if (!child) return;
    const label = (child.type === "link" || child.type === "linkReference") && child.children[0];
    if (
      label &&
      label.type === "text" &&
      previous?.type === "text" &&
      previous.value.endsWith("@") &&
      isStoredMention(`@[${label.value}]`)
    ) {
      previous.value += source.slice(child.position?.start.offset, child.position?.end.offset);
      node.children.splice(index, 1);
      index -= 1;
    } else unlinkMentions(child, source);
  }
};

/** A remark plugin. Turns `@[userId]` outside code into a `span` with the name that `nameOf` returns. */
export const remarkMentions =
  ({ nameOf }: { nameOf: (userId: string) => string }) =>
  (tree: Tree, file: { toString: () => string }): void => {
    unlinkMentions(tree, file.toString());
    findAndReplace(tree, [
      STORED_MENTION,
      (_: string, userId: string) => ({
        type: "emphasis",
        children: [{ type: "text", value: `@${nameOf(userId)}` }],
        data: { hName: "span", hProperties: { className: [MENTION_CLASS] } },
      }),
    ]);
  };
