# Writes values of types.thrift with Debian's python3-thrift and the code of its compiler, and prints each in hex behind its
# name. Arguments: generated code (of a copy called kinds.thrift, because `types` is a module of Python, in which the default of
# a binary is ASCII, because Python's compiler cannot write another), protocol.
import sys

directory, protocol_name = sys.argv[1:]
sys.path.insert(0, directory)

from kinds.ttypes import Defaults, Level, Shape, Tree, Trouble
from shared.ttypes import Closed, Point, Segment
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.protocol.TJSONProtocol import TJSONProtocol
from thrift.transport.TTransport import TMemoryBuffer

PROTOCOLS = {"binary": TBinaryProtocol, "compact": TCompactProtocol, "json": TJSONProtocol}


VALUES = {
    "label": Shape(label="grüße 🎲"),
    "radius": Shape(radius=-0.5),
    "point": Shape(point=Point(x=-1)),
    "group": Shape(group=[Shape(label=""), Shape(level=Level.LOW), Shape(group=[])]),
    "ids": Shape(ids={1, -(2**63)}),
    "level": Shape(level=Level.HIGH),
    "tree": Shape(
        tree=Tree(
            value=1,
            left=Tree(value=2, shape=Shape(radius=1e300)),
            named={"k": Tree(value=-(2**31))},
        )
    ),
    "defaults": Defaults(plain="p", bytes="räum".encode()),
    "point with a default": Point(x=1),
    "segment with defaults": Segment(first=Point(x=0)),
    "exception": Trouble(reason="no", cause=Trouble()),
    "exception with a default": Closed(name=7),
}

for name, value in VALUES.items():
    buffer = TMemoryBuffer()
    value.write(PROTOCOLS[protocol_name](buffer))
    print(f"{name}: {buffer.getvalue().hex()}")
