# Calls RoomService with Debian's python3-thrift and prints what it reads. Arguments: generated code, port, framed or
# buffered, http or header, protocol, plain or multiplexed, and for TLS the files of the authority, the certificate and the key.
# Over HTTP it bears the token "interop".
import json
import sys
import warnings

directory, port, kind, protocol_name, name, *tls = sys.argv[1:]
sys.path.insert(0, directory)
# The library checks names with a function that Python gave up.
warnings.simplefilter("ignore", DeprecationWarning)

from room import RoomService
from room.ttypes import RoomNotFoundException
from thrift.Thrift import TApplicationException
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.protocol.THeaderProtocol import THeaderProtocol
from thrift.protocol.TJSONProtocol import TJSONProtocol
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.transport.THeaderTransport import THeaderClientType, THeaderSubprotocolID
from thrift.transport.THttpClient import THttpClient
from thrift.transport.TSocket import TSocket
from thrift.transport.TSSLSocket import TSSLSocket
from thrift.transport.TTransport import TBufferedTransport, TFramedTransport

ca, certificate, key = tls or (None, None, None)
if kind == "http":
    url = f"{'https' if tls else 'http'}://localhost:{port}/thrift"
    socket = THttpClient(url, cafile=ca, cert_file=certificate, key_file=key)
    socket.setCustomHeaders({"Authorization": "Bearer interop"})
elif tls:
    socket = TSSLSocket("localhost", int(port), ca_certs=ca, certfile=certificate, keyfile=key)
else:
    socket = TSocket("127.0.0.1", int(port))
socket.setTimeout(20000)
transport = {"framed": TFramedTransport, "buffered": TBufferedTransport, "http": lambda it: it, "header": lambda it: it}[
    kind
](socket)
protocols = {
    "binary": TBinaryProtocol,
    "old-binary": lambda transport: TBinaryProtocol(transport, strictRead=False, strictWrite=False),
    "compact": TCompactProtocol,
    "json": TJSONProtocol,
}
if kind == "header":
    ids = {"binary": THeaderSubprotocolID.BINARY, "compact": THeaderSubprotocolID.COMPACT}
    protocol = THeaderProtocol(transport, [THeaderClientType.HEADERS], default_protocol=ids[protocol_name])
else:
    protocol = protocols[protocol_name](transport)
if name == "multiplexed":
    protocol = TMultiplexedProtocol(protocol, "RoomService")
client = RoomService.Client(protocol)
transport.open()


def caught(id):
    try:
        client.get(id)
    except RoomNotFoundException as error:
        return ["RoomNotFoundException", error.reason]
    except TApplicationException as error:
        return ["TApplicationException", error.type, error.message]
    return "no error"


def fields(room):
    return {key: value for key, value in vars(room).items() if value is not None}


answers = [
    fields(client.create()),
    fields(client.get("here")),
    [fields(room) for room in client.lists()],
    client.pppbool(True),
    client.pppbool(False),
    caught("missing"),
    caught("broken"),
]
transport.close()
print(json.dumps(answers))
