import { expect, test } from "bun:test";
import { chooseLanguage } from "./i18n.ts";

test("the first language of the person that we speak is chosen", () => {
  expect(chooseLanguage(["de-DE", "ru-RU", "en"])).toBe("ru");
  expect(chooseLanguage(["de", "fr"])).toBe("en");
  expect(chooseLanguage([])).toBe("en");
});
