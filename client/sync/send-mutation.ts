import { z } from "zod";
import { type ApiAnswer, type ApiClient, NetworkFailure } from "../browser/api-client.ts";
import { type Intent, requestOf } from "./mutations.ts";

/**
 * Sends a change under its key. What the server answers in a shape that this page does not know is an answer all the
 * same: the change has acted, and its position tells from when on a state holds it.
 * @throws ApiProblem when the server refuses, NetworkFailure when it did not answer
 */
export const sendChange = async (api: ApiClient, intent: Intent, key: string): Promise<ApiAnswer<unknown>> => {
  const request = requestOf(intent);
  const answer = await api.request({ ...request, schema: request.schema.or(z.unknown()), idempotencyKey: key });
  // Every change is one of a team, so the server's answer has a position.
  if (answer.position === null) throw new NetworkFailure("something between answered in the server's place");
  return answer;
};
