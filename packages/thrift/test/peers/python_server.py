# Serves RoomService with Debian's python3-thrift until it is killed; prints its port. Arguments: generated code, framed or
# buffered, protocol, plain or multiplexed.
import logging
import sys

directory, kind, protocol_name, name = sys.argv[1:]
sys.path.insert(0, directory)

from room import RoomService
from room.ttypes import RoomInfo, RoomNotFoundException
from thrift.TMultiplexedProcessor import TMultiplexedProcessor
from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
from thrift.protocol.TCompactProtocol import TCompactProtocolFactory
from thrift.protocol.TJSONProtocol import TJSONProtocolFactory
from thrift.server.TServer import TThreadedServer
from thrift.transport.TSocket import TServerSocket
from thrift.transport.TTransport import TBufferedTransportFactory, TFramedTransportFactory

# It prints what its handlers raise, which is wanted here.
logging.disable(logging.CRITICAL)


class Handler:
    def create(self):
        return RoomInfo(id="new", expires=1.5, username="u", password="p")

    def get(self, id):
        if id == "missing":
            raise RoomNotFoundException(reason="gone")
        if id == "broken":
            raise ValueError("no database")
        return RoomInfo(id=id, expires=2, username="u")

    def lists(self):
        return [RoomInfo(id=str(id), expires=id, username="u") for id in (1, 2)]

    def pppbool(self, id):
        return id


class Socket(TServerSocket):
    def listen(self):
        super().listen()
        print(self.handle.getsockname()[1], flush=True)


processor = RoomService.Processor(Handler())
if name == "multiplexed":
    multiplexed = TMultiplexedProcessor()
    multiplexed.registerProcessor("RoomService", processor)
    processor = multiplexed
protocols = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory, "json": TJSONProtocolFactory}
transports = {"framed": TFramedTransportFactory, "buffered": TBufferedTransportFactory}
server = TThreadedServer(
    processor, Socket("127.0.0.1", 0), transports[kind](), protocols[protocol_name](), daemon=True
)
server.serve()
