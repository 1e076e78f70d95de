export {
  ApplicationException,
  ApplicationExceptionType,
  missingResult,
  raise,
  readApplicationException,
  writeApplicationException,
} from "./application-exception.ts";
export type { ClientTlsOptions } from "./client/client-connection.ts";
export { ThriftClient } from "./client/thrift-client.ts";
export type { CallOptions, ClientTransport, ThriftClientOptions } from "./client/client-options.ts";
export { TransportError } from "./client/transport-error.ts";
export type { TransportErrorCode } from "./client/transport-error.ts";
export { BinaryReader } from "./protocol/binary-reader.ts";
export { BinaryWriter } from "./protocol/binary-writer.ts";
export { CompactReader } from "./protocol/compact-reader.ts";
export { CompactWriter } from "./protocol/compact-writer.ts";
export { JsonReader } from "./protocol/json-reader.ts";
export { JsonWriter } from "./protocol/json-writer.ts";
export { missingField, ProtocolError } from "./protocol/protocol-error.ts";
export type { ProtocolErrorCode } from "./protocol/protocol-error.ts";
export type { MessageHeader, ProtocolReader, ProtocolWriter, StructCodec } from "./protocol/protocol.ts";
export type { ProtocolName } from "./protocol/protocols.ts";
export { MessageType, WireType } from "./protocol/wire-types.ts";
export { toCallMetric } from "./server/call-metric.ts";
export type { CallMetric } from "./server/call-metric.ts";
export type {
  CallEvent,
  CallOutcome,
  OnServerEvent,
  ServerEvent,
  TimeoutKind,
  TransportName,
} from "./server/events.ts";
export { acceptTokens } from "./server/bearer-tokens.ts";
export type { HttpOptions } from "./server/http-front.ts";
export { DEFAULT_LIMITS } from "./server/limits.ts";
export type { ServerLimits } from "./server/limits.ts";
export { createProcessor } from "./server/processor.ts";
export type { Processor } from "./server/processor.ts";
export { ThriftServer } from "./server/thrift-server.ts";
export type { TlsOptions } from "./server/tls-front.ts";
export type { ListenOptions, ThriftServerOptions } from "./server/thrift-server.ts";
export type { CallContext, ErasedMethod, MethodDefinition, ServiceDefinition } from "./service.ts";
export {
  checkDistinct,
  checkDistinctKeys,
  checkStruct,
  checkUnion,
  distinct,
  distinctEntries,
  listSize,
  mapSize,
  setSize,
  unknownUnionField,
} from "./struct-rules.ts";
