export type TestCase = {
  /** Relative to the root. */
  readonly file: string;
  readonly line: number;
  /** Prefixed with the names of its `describe` blocks. */
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly message: string;
};

const TAG = /<(\/?)(testsuite|testcase|failure|error|skipped)\b((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>([^<]*)/g;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;
const NAMED: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return NAMED[name] ?? whole;
  });

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(ATTRIBUTE)].map(([, name, value]) => [name, decoded(value ?? "")]));

/** Parses the test cases of a JUnit report by Bun, which nests suites; the outermost is the file. */
export const casesOf = (xml: string): TestCase[] => {
  const cases: TestCase[] = [];
  const suites: string[] = [];
  let current: TestCase | undefined;
  for (const [, closing, tag, rawAttributes, selfClosing, text] of xml.matchAll(TAG)) {
    const attributes = attributesOf(rawAttributes ?? "");
    if (tag === "testsuite") {
      if (closing) suites.pop();
      else if (!selfClosing) suites.push(attributes["name"] ?? "");
    } else if (tag === "testcase") {
      if (!closing) {
        current = {
          file: attributes["file"] ?? suites[0] ?? "",
          line: Number(attributes["line"] ?? 1),
          name: [...suites.slice(1), attributes["name"] ?? ""].join(" > "),
          outcome: "passed",
          message: "",
        };
      }
      if ((closing || selfClosing) && current) {
        cases.push(current);
        current = undefined;
      }
    } else if (!closing && current) {
      const outcome = tag === "skipped" ? "skipped" : "failed";
      const message = decoded(text ?? "").trim() || (attributes["message"] ?? "");
      current = { ...current, outcome, message };
    }
  }
  return cases;
};
