import { words as board } from "../board/words.en.ts";
import { words as accounts } from "../features/accounts/words.en.ts";
import { words as archive } from "../features/archive/words.en.ts";
import { words as boards } from "../features/boards/words.en.ts";
import { words as comments } from "../features/comments/words.en.ts";
import { words as filters } from "../features/filters/words.en.ts";
import { words as imports } from "../features/imports/words.en.ts";
import { words as members } from "../features/members/words.en.ts";
import { words as presence } from "../features/presence/words.en.ts";
import { words as status } from "../features/status/words.en.ts";
import { words as tasks } from "../features/tasks/words.en.ts";
import { words as teams } from "../features/teams/words.en.ts";
import { words as shared } from "../i18n/words.en.ts";
import { words as page } from "./words.en.ts";

export const en = {
  ...board,
  ...archive,
  ...presence,
  ...comments,
  ...filters,
  ...imports,
  ...tasks,
  ...boards,
  ...page,
  ...teams,
  ...shared,
  ...members,
  ...accounts,
  ...status,
};

type English = typeof en;

declare module "../i18n/translator.ts" {
  interface PageWords extends English {}
}
