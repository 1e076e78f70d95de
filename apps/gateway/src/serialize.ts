import { z } from "zod";
import { checkAccess } from "./access.ts";
import type { Answer } from "./answer.ts";
import { statusOf } from "./error-response.ts";
import type { Operation } from "./operation.ts";
import { watchAccess } from "./watch-access.ts";

/** Schemas by status; `undefined` for an answer without a body, `stream` for one of any bytes. */
export type Documented = ReadonlyMap<number, z.ZodType | "stream" | undefined>;

const MAX_ISSUES = 5;

/**
 * The handler of an operation, behind the checks of who may call it and of what it answers: published clients throw on a body that looks right
 * and is not. A status that the route does not document, or a body that breaks its schema, is thrown as an Error and so
 * becomes a 500. Keys that the schema does not know are left out. A stream ends with the token that asked for it.
 */
export function checkedHandle({ route, access, isForPlayersToo = false, handle }: Operation): Operation["handle"] {
  const documented = documentedAnswers(route);
  return async (rooms, request, settings) => {
    let given: Answer;
    try {
      // Public operations are asked for most: awaiting a check that checks nothing would be one promise more for each.
      if (access !== "public" && !isForPlayersToo) await checkAccess(access, rooms, request);
      given = await handle(rooms, request, settings);
    } catch (error) {
      throw documentedError(documented, route.operationId, error);
    }
    if (given.stream !== undefined) watchAccess(given.stream, () => checkAccess(access, rooms, request));
    return serialize(documented, route.operationId, given);
  };
}

/** Reads the schemas once, not per request. Throws when a response has a body but no schema to check it with. */
export function documentedAnswers({ operationId, responses }: Operation["route"]): Documented {
  return new Map<number, z.ZodType | "stream" | undefined>(
    Object.entries(responses).map(([status, response]) => {
      const content = "content" in response ? response.content : undefined;
      if (content === undefined) return [Number(status), undefined];
      if (content["application/octet-stream"] !== undefined || content["text/event-stream"] !== undefined)
        return [Number(status), "stream"];
      const media = content["application/json"];
      const schema = media !== undefined && "schema" in media ? media.schema : undefined;
      if (schema instanceof z.ZodType) return [Number(status), schema];
      throw new Error(`${operationId} ${status} has no Zod schema for application/json`);
    }),
  );
}

/** A client knows what to do with 500; any other status must be documented by the operation. */
function documentedError(documented: Documented, operationId: string, error: unknown): unknown {
  const status = statusOf(error);
  if (status === 500 || documented.has(status)) return error;
  return new Error(`${operationId} does not document ${status}`, { cause: error });
}

function serialize(documented: Documented, operationId: string, answer: Answer): Answer {
  const { status, body } = answer;
  if (!documented.has(status)) throw new Error(`${operationId} does not document ${status}`);
  const schema = documented.get(status);
  if (schema === "stream") {
    if (answer.stream !== undefined) return answer;
    throw new Error(`${operationId} ${status} is a stream`);
  }
  if (schema === undefined) {
    if (body === undefined && answer.file === undefined && answer.stream === undefined) return answer;
    throw new Error(`${operationId} ${status} has no body`);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ...answer, body: parsed.data };
  // The code of an issue and never its message: the value may be a secret, and this goes into the log.
  const fields = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, code }) => `${path.join(".") || "body"} ${code}`);
  throw new Error(`${operationId} ${status} breaks its schema: ${fields.join(", ")}`);
}
