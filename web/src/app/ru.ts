import { words as board } from "../board/words.ru.ts";
import { words as accounts } from "../features/accounts/words.ru.ts";
import { words as archive } from "../features/archive/words.ru.ts";
import { words as boards } from "../features/boards/words.ru.ts";
import { words as comments } from "../features/comments/words.ru.ts";
import { words as filters } from "../features/filters/words.ru.ts";
import { words as imports } from "../features/imports/words.ru.ts";
import { words as members } from "../features/members/words.ru.ts";
import { words as presence } from "../features/presence/words.ru.ts";
import { words as status } from "../features/status/words.ru.ts";
import { words as tasks } from "../features/tasks/words.ru.ts";
import { words as teams } from "../features/teams/words.ru.ts";
import type { Translated } from "../i18n/translator.ts";
import { words as shared } from "../i18n/words.ru.ts";
import type { en } from "./en.ts";
import { words as page } from "./words.ru.ts";

export const ru = {
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
} satisfies Translated<typeof en>;
