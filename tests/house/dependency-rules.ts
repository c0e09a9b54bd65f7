import { type Breach, lineAt, type SourceFile } from "./source-files.ts";

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

type Manifest = Partial<Record<"dependencies" | "devDependencies" | "overrides", Record<string, string>>>;

/** Versions of package.json that are not exact. */
export const rangeBreaches = (file: SourceFile): Breach[] => {
  const manifest = JSON.parse(file.text) as Manifest;
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides };
  return Object.entries(wanted)
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => ({
      path: file.path,
      line: lineAt(file.text, file.text.indexOf(`"${name}"`)),
      rule: "versions are pinned",
      detail: `${name} ${version}`,
    }));
};

/** Hosts in the lock file, which would make installs depend on one registry or mirror. */
export const hostBreaches = (file: SourceFile): Breach[] =>
  [...file.text.matchAll(/https?:\/\/[^"\s]*/g)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    rule: "the lock file names no host",
    detail: match[0],
  }));
