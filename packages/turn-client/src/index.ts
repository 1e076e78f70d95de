export { allocate, type AllocateOptions } from "./allocate.ts";
export type { Address } from "./address.ts";
export type { Allocation, Done } from "./allocation.ts";
export { StunFormatError } from "./message.ts";
export type { RelayedData } from "./relay-messages.ts";
export type { Refusal } from "./session.ts";
export type { TlsSettings, TransportName } from "./transport.ts";
