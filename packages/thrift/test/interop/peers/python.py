"""Apache Thrift of Debian's Python. Arguments: see ../peers.ts."""

import json
import sys

sys.path.insert(0, "gen")
role, kind, encoding, naming, port, *certificate = sys.argv[1:]

from room import RoomService, Stranger
from room.ttypes import RoomInfo, RoomNotFoundException, Sample
from thrift.Thrift import TApplicationException
from thrift.TMultiplexedProcessor import TMultiplexedProcessor
from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
from thrift.protocol.TCompactProtocol import TCompactProtocolFactory
from thrift.protocol.THeaderProtocol import THeaderProtocolFactory
from thrift.protocol.TJSONProtocol import TJSONProtocolFactory
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.server.THttpServer import THttpServer
from thrift.server.TServer import TThreadedServer
from thrift.transport.THeaderTransport import THeaderSubprotocolID
from thrift.transport.THttpClient import THttpClient
from thrift.transport.TSSLSocket import TSSLSocket
from thrift.transport.TSocket import TServerSocket, TSocket
from thrift.transport.TTransport import TBufferedTransportFactory, TFramedTransportFactory, TTransportFactoryBase

SUBPROTOCOLS = {"binary": THeaderSubprotocolID.BINARY, "compact": THeaderSubprotocolID.COMPACT}
PROTOCOLS = {
    "binary": TBinaryProtocolFactory,
    "compact": TCompactProtocolFactory,
    "json": TJSONProtocolFactory,
    # Messages without a version, as Thrift sent them before 0.2.
    "old-binary": lambda: TBinaryProtocolFactory(strictRead=False, strictWrite=False),
}
TRANSPORTS = {"framed": TFramedTransportFactory, "unframed": TBufferedTransportFactory, "http": TTransportFactoryBase}


def protocol_factory():
    if kind == "header":
        return THeaderProtocolFactory(default_protocol=SUBPROTOCOLS[encoding])
    return PROTOCOLS[encoding]()


def fields(room):
    return {key: value for key, value in vars(room).items() if value is not None}


def attempt(call):
    try:
        return {"answer": call()}
    except RoomNotFoundException as error:
        return {"declared": error.reason}
    except TApplicationException as error:
        return {"application": error.type, "message": error.message}


def client():
    if kind == "http":
        socket = THttpClient("http://127.0.0.1:%s/" % port)
    elif certificate:
        socket = TSSLSocket("127.0.0.1", int(port), ca_certs=certificate[0])
    else:
        socket = TSocket("127.0.0.1", int(port))
    socket.setTimeout(20000)
    transport = socket if kind in ("http", "header") else TRANSPORTS[kind]().getTransport(socket)
    protocol = protocol_factory().getProtocol(transport)
    named = TMultiplexedProtocol(protocol, "RoomService") if naming == "multiplexed" else protocol
    rooms = RoomService.Client(named)
    stranger = Stranger.Client(protocol)
    big = "x" * 60000

    def fill():
        full = rooms.fill(Sample())
        return full.text is not None and rooms.fill(full) == full

    def tell():
        rooms.tell("hello 🎲")
        return rooms.pppbool(True)

    calls = {
        "true": lambda: rooms.pppbool(True),
        "false": lambda: rooms.pppbool(False),
        "create": lambda: fields(rooms.create()),
        "get": lambda: fields(rooms.get("here")),
        "unicode": lambda: fields(rooms.get("grüße 🎲")),
        "big": lambda: rooms.get(big).id == big,
        "lists": lambda: [fields(room) for room in rooms.lists()],
        "nobody": lambda: rooms.nobody(),
        "missing": lambda: fields(rooms.get("missing")),
        "broken": lambda: fields(rooms.get("broken")),
        "tell": tell,
        "fill": fill,
        "absent": lambda: stranger.absent(True),
        "again": lambda: rooms.pppbool(True),
    }
    protocol.trans.open()
    for name, call in calls.items():
        print(json.dumps({"call": name, **attempt(call)}), flush=True)
    protocol.trans.close()


class Handler:
    def create(self):
        return RoomInfo(id="new", expires=1763720000.25, username="new.grüße", password="s3cret")

    def get(self, id):
        if id == "missing":
            raise RoomNotFoundException(reason="room missing does not exist")
        if id == "broken":
            raise Exception("broken")
        return RoomInfo(id=id, expires=1.5, username="u")

    def lists(self):
        return [RoomInfo(id=id, expires=0, username=id) for id in ("a", "b")]

    def pppbool(self, id):
        return id

    def fill(self, sample):
        return sample

    def nobody(self):
        return []

    def tell(self, what):
        pass


def serve():
    processor = RoomService.Processor(Handler())
    if naming == "multiplexed":
        multiplexed = TMultiplexedProcessor()
        multiplexed.registerProcessor("RoomService", processor)
        processor = multiplexed
    if kind == "http":
        return THttpServer(processor, ("127.0.0.1", int(port)), protocol_factory()).serve()
    socket = TServerSocket("127.0.0.1", int(port))
    transports = TTransportFactoryBase() if kind == "header" else TRANSPORTS[kind]()
    TThreadedServer(processor, socket, transports, protocol_factory(), daemon=True).serve()


client() if role == "client" else serve()
