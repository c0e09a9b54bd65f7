import { expect, test } from "bun:test";
import { renderToStaticMarkup } from "react-dom/server";
import { Markdown } from "./markdown.tsx";

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);

test("an image is a link with its alternative text and is not loaded", () => {
  const shown = html("![a cat](https://example.org/cat.png)");
  expect(shown).not.toContain("<img");
  expect(shown).toContain('href="https://example.org/cat.png"');
  expect(shown).toContain(">a cat</a>");
});

test("an image without alternative text shows its address", () => {
  expect(html("![](https://example.org/cat.png)")).toContain(">https://example.org/cat.png</a>");
});

test("an image within a link leaves one link", () => {
  const shown = html("[![a cat](https://example.org/cat.png)](https://example.org/)");
  expect(shown.match(/<a /g)).toHaveLength(1);
  expect(shown).toContain(">a cat</a>");
});
