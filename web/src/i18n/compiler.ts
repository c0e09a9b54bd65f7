import { compileMessage } from "@lingui/message-utils/compileMessage";

/** Compiles an ICU message. The built page leaves this out: its words are compiled by the build. */
export const compiler = (message: string) => compileMessage(message);
