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

const ID = "0199a000-0000-7000-8000-000000000001";
const OTHER = "0199a000-0000-7000-8000-000000000002";
const mention = (text: string, people = new Map([[ID, "Anna <b>*P*"]])) =>
  renderToStaticMarkup(<Markdown text={text} people={people} unknownPerson="somebody" />);
const SHOWN = '<span class="mention">@Anna &lt;b&gt;*P*</span>';

test("a mention shows the person's name as plain text", () => {
  expect(mention(`Hi @[${ID}], **see @[${ID}]**`)).toContain(`<p>Hi ${SHOWN}, <strong>see ${SHOWN}</strong></p>`);
});

test("a mention of an unknown person shows the word for one", () => {
  expect(mention(`@[${OTHER}]`)).toContain('<span class="mention">@somebody</span>');
  expect(renderToStaticMarkup(<Markdown text={`@[${OTHER}]`} people={new Map()} />)).toContain(">@?</span>");
});

test("code mentions nobody", () => {
  for (const text of [`\`@[${ID}]\``, `\`\`\`\n@[${ID}]\n\`\`\``]) {
    expect(mention(text)).toContain(`@[${ID}]`);
    expect(mention(text)).not.toContain("<span");
  }
});

test("a bracket after a mention does not make it a link", () => {
  expect(mention(`@[${ID}](she) and @[${ID}](he)`)).toContain(`<p>${SHOWN}(she) and ${SHOWN}(he)</p>`);
  expect(mention(`*@[${ID}][1]*\n\n[1]: https://example.org/`)).toContain(`<em>${SHOWN}[1]</em>`);
  expect(mention(`@[${ID}]\n\n[${ID}]: https://example.org/`)).toContain(`<p>${SHOWN}</p>`);
});

test("a text without people mentions nobody", () => {
  expect(html(`@[${ID}]`)).toContain(`<p>@[${ID}]</p>`);
});

test("a written span keeps no class", () => {
  expect(mention('<span class="mention">@Boss</span>')).not.toContain("<span");
});
