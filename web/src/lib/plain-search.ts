/** A parsed query string. A repeated parameter is a list. */
export type PlainSearch = Record<string, string | string[]>;

export const parsePlainSearch = (text: string): PlainSearch => {
  const search: PlainSearch = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    search[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
  }
  return search;
};

export const stringifyPlainSearch = (search: Record<string, unknown>): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === "string" && item !== "") params.append(name, item);
    }
  }
  const text = params.toString();
  return text ? `?${text}` : "";
};
