import { RoombridgeError } from "../src/index.ts";

/** The error of a call that must fail; anything but a RoombridgeError fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<RoombridgeError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (RoombridgeError.isInstance(error)) return error;
  throw new Error("the call should have failed with a RoombridgeError", { cause: error });
}
