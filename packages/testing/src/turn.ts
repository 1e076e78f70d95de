export {
  type Address,
  allocate,
  type AllocateOptions,
  type Allocation,
  type Done,
  type Refusal,
  type RelayedData,
  StunFormatError,
} from "@roombridge/turn-client";
