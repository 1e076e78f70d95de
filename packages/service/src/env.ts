/** True when a supervisor started this process: it decides what Ctrl-C means and hears of readiness by message. */
export const IS_SUPERVISED = process.env["ROOMBRIDGE_SUPERVISED"] === "1";
