"""Calls create() in a THeader frame that names a trace, with Debian's python3-thrift: PORT GENERATED_DIRECTORY TRACEPARENT. Prints the room's id."""

import sys

port, generated, traceparent = sys.argv[1:]
sys.path.insert(0, generated)

from thrift.protocol.THeaderProtocol import THeaderProtocolFactory
from thrift.transport.TSocket import TSocket

from room import RoomService

socket = TSocket("127.0.0.1", int(port))
socket.setTimeout(10000)
protocol = THeaderProtocolFactory().getProtocol(socket)
protocol.trans.set_header(b"traceparent", traceparent.encode())
socket.open()
print(RoomService.Client(protocol).create().id)
socket.close()
