"""Calls RoomService through Debian's python3-thrift: PORT GENERATED_DIRECTORY framed|buffered binary|compact|json ROOM_ID. Prints one JSON line."""

import json
import sys

port, generated, transport_name, protocol_name, room_id = sys.argv[1:]
sys.path.insert(0, generated)

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.protocol.TJSONProtocol import TJSONProtocol
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TFramedTransport

from room import RoomService
from room.ttypes import RoomNotFoundException

socket = TSocket("127.0.0.1", int(port))
socket.setTimeout(10000)
transport = (TFramedTransport if transport_name == "framed" else TBufferedTransport)(socket)
protocols = {"binary": TBinaryProtocol, "compact": TCompactProtocol, "json": TJSONProtocol}
client = RoomService.Client(protocols[protocol_name](transport))
transport.open()


def plain(info):
    return {"id": info.id, "expires": info.expires, "username": info.username, "password": info.password}


try:
    client.get("unknown")
    missing = None
except RoomNotFoundException as error:
    missing = error.reason
answer = {
    "created": plain(client.create()),
    "got": plain(client.get(room_id)),
    "listed": [plain(info) for info in client.lists()],
    "pppbool": client.pppbool(True),
    "missing": missing,
}
transport.close()
print(json.dumps(answer))
