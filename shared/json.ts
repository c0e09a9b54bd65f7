/** Reads JSON text; `null` when it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Reads the text of a JSON object; `null` when it is anything else. */
export const parseJsonObject = (text: string): Record<string, unknown> | null => {
  const value = parseJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
};
