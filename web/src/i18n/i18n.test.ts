import { expect, test } from "bun:test";
import { chooseLanguage } from "./i18n.ts";

test("the first preferred language that the page has is chosen", () => {
  expect(chooseLanguage(["de-DE", "ru-RU", "en"])).toBe("ru");
  expect(chooseLanguage(["de", "fr"])).toBe("en");
  expect(chooseLanguage([])).toBe("en");
});
