# Writes the message of a JSON file with Debian's python3-thrift and prints it in hex. Arguments: protocol, file.
import json
import sys

from thrift.Thrift import TType
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.protocol.TJSONProtocol import TJSONProtocol
from thrift.transport.TTransport import TMemoryBuffer

PROTOCOLS = {
    "binary": TBinaryProtocol,
    "old-binary": lambda transport: TBinaryProtocol(transport, strictRead=False, strictWrite=False),
    "compact": TCompactProtocol,
    "json": TJSONProtocol,
}
TYPES = {
    "bool": TType.BOOL,
    "i8": TType.BYTE,
    "i16": TType.I16,
    "i32": TType.I32,
    "i64": TType.I64,
    "double": TType.DOUBLE,
    "string": TType.STRING,
    "binary": TType.STRING,
    "struct": TType.STRUCT,
    "list": TType.LIST,
    "set": TType.SET,
    "map": TType.MAP,
}

protocol_name, file = sys.argv[1:]
buffer = TMemoryBuffer()
output = PROTOCOLS[protocol_name](buffer)


def kind(type):
    return TYPES[type if isinstance(type, str) else type[0]]


def write(type, value):
    if type == "struct":
        output.writeStructBegin("")
        for field in value:
            output.writeFieldBegin("", kind(field["type"]), field["id"])
            write(field["type"], field["value"])
            output.writeFieldEnd()
        output.writeFieldStop()
        output.writeStructEnd()
    elif type == "binary":
        output.writeBinary(bytes.fromhex(value))
    elif isinstance(type, str):
        writer = {"bool": "Bool", "i8": "Byte", "i16": "I16", "i32": "I32", "i64": "I64", "double": "Double", "string": "String"}
        getattr(output, "write" + writer[type])(int(value) if type == "i64" else value)
    elif type[0] == "map":
        output.writeMapBegin(kind(type[1]), kind(type[2]), len(value))
        for key, element in value:
            write(type[1], key)
            write(type[2], element)
        output.writeMapEnd()
    else:
        name = type[0].capitalize()
        getattr(output, f"write{name}Begin")(kind(type[1]), len(value))
        for element in value:
            write(type[1], element)
        getattr(output, f"write{name}End")()


with open(file, encoding="utf8") as source:
    message = json.load(source)
output.writeMessageBegin(message["name"], message["type"], message["sequenceId"])
write("struct", message["fields"])
output.writeMessageEnd()
print(buffer.getvalue().hex())
