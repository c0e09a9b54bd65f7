import { compileMessage } from "@lingui/message-utils/compileMessage";

/** Turns an ICU message into what is filled in; the built page has its words compiled already. */
export const compiler = (message: string) => compileMessage(message);
