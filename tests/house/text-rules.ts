import { basename, dirname } from "node:path";
import { type Breach, isCode, isTest, lineAt, type SourceFile, withoutComments } from "./source-files.ts";

type TextRule = {
  rule: string;
  pattern: RegExp;
  applies: (path: string) => boolean;
  /** Confirms a match. */
  breaks?: (match: RegExpExecArray, file: SourceFile) => boolean;
  /** Whether the rule applies in comments too. */
  comments?: true;
};

const inRooms = (path: string): boolean => /^(shared|platform|api|wss|jobs|client|web)\/|^main\.ts$/.test(path);
const isHouse = (path: string): boolean => path.startsWith("tests/house/");
const depthOf = (path: string): number => (dirname(path) === "." ? 0 : dirname(path).split("/").length);

/** Calls that open a transaction, and the files of api in which they are allowed. */
const OPENS_TRANSACTION = /\.(transaction|startTransaction)\(|\bdb\.change[(<]|\brunCommand[(<]/g;
const TRANSACTION_FILES = /(^|[/-])(service|command)(-[\w-]+)?\.ts$/;

const TEXT_RULES: TextRule[] = [
  {
    rule: "only platform/config reads the environment",
    pattern: /\bprocess\.env\b|\bBun\.env\b|\bimport\.meta\.env\b|\bprocess\[["']env["']\]/g,
    applies: (path) =>
      isCode(path) && inRooms(path) && !isTest(path) && !/^platform\/config\/|\.config\.ts$/.test(path),
    breaks: ([found], { path }) => !(path.startsWith("web/") && found === "import.meta.env"),
  },
  {
    rule: "only a service opens a transaction",
    pattern: OPENS_TRANSACTION,
    applies: (path) => isCode(path) && path.startsWith("api/") && !isTest(path) && !TRANSACTION_FILES.test(path),
  },
  {
    rule: "only the API client knows where the API is",
    pattern: /["'`]\/api\b/g,
    applies: (path) =>
      isCode(path) &&
      path.startsWith("client/") &&
      !isTest(path) &&
      !/^client\/browser\/api-client\.ts$|\/testing\//.test(path),
  },
  {
    rule: "no path that leads out of the repository",
    pattern: /(?:\.\.\/)+shared\b/g,
    applies: (path) => !isHouse(path),
    breaks: ([found], { path }) => (found.match(/\.\.\//g) ?? []).length > depthOf(path),
    comments: true,
  },
  {
    rule: "no path of one machine",
    pattern: /(?<![\w.$}])\/(home|Users)\/[a-z]\w*|(?<![\w.$}])\/root\/[\w.-]/g,
    applies: (path) => !isHouse(path) && path !== "bun.lock",
    comments: true,
  },
  {
    rule: "nothing is loaded from a CDN",
    pattern:
      /\b(unpkg\.com|[\w.]*jsdelivr\.net|cdnjs\.\w+|fonts\.gstatic\.com|[\w.]*googleapis\.com|esm\.sh|cdn\.skypack\.dev)/g,
    applies: (path) => !isHouse(path) && /\.([cm]?[jt]sx?|html|css|json|svg)$/.test(path),
    comments: true,
  },
  {
    rule: "a matcher after .rejects or .resolves is awaited",
    pattern: /^([ \t]*)expect\((?:(?!;\n)[\s\S])*?\)\s*\.(rejects|resolves)\b/gm,
    applies: (path) => isTest(path) && isCode(path) && !isHouse(path),
  },
];

const textBreachesOf = (file: SourceFile): Breach[] =>
  TEXT_RULES.filter(({ applies }) => applies(file.path)).flatMap(({ rule, pattern, breaks, comments }) => {
    const text = comments ? file.text : withoutComments(file.text);
    return [...text.matchAll(pattern)]
      .filter((match) => !breaks || breaks(match, file))
      .map((match) => ({
        path: file.path,
        line: lineAt(text, match.index),
        rule,
        detail: (match[0].trim().split("\n")[0] ?? "").slice(0, 80),
      }));
  });

export const textBreaches = (files: SourceFile[]): Breach[] => files.flatMap(textBreachesOf);

/** Files that contain nothing but re-exports. */
export const barrelBreaches = (files: SourceFile[]): Breach[] =>
  files
    .filter((file) => isCode(file.path) && !file.path.endsWith(".d.ts"))
    .filter(({ text }) => {
      const code = withoutComments(text);
      const rest = code.replace(/^export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s*(from\s*["'][^"']+["'])?;?/gm, "");
      const own = rest.replace(/^import\s[^;]*;/gm, "");
      return rest !== code && own.trim() === "";
    })
    .map(({ path }) => ({ path, line: 1, rule: "no barrels", detail: "it only re-exports" }));

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const WELL_KNOWN =
  /^(README|CHANGELOG|CONTRIBUTING|LICENSE|SECURITY|CODE_OF_CONDUCT|PROTOCOL)(\.[a-z]+)?(\.md)?$|^Dockerfile(\.[a-z-]+)?$|^__snapshots__$/;

export const nameBreaches = (paths: string[]): Breach[] =>
  paths.flatMap((path) => {
    const at = { path, line: 1 };
    const odd = path.split("/").find((part) => !KEBAB.test(part) && !WELL_KNOWN.test(part));
    if (odd) return [{ ...at, rule: "names are in kebab-case", detail: odd }];
    // Bun's runner runs these names too, but the gate's list of test files does not contain them.
    if (/[._](spec)\.[jt]sx?$|\.test\.jsx?$/.test(path)) {
      return [{ ...at, rule: "tests are called *.test.ts or *.test.tsx", detail: basename(path) }];
    }
    return [];
  });
