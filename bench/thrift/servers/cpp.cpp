// <port> threaded | nonblocking
#include "gen/RoomService.cpp"
#include "gen/room_types.cpp"

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TNonblockingServer.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TNonblockingServerSocket.h>
#include <thrift/transport/TServerSocket.h>

using namespace apache::thrift;
using std::make_shared;

class Handler : public RoomServiceNull {
 public:
  bool pppbool(const bool id) override { return id; }
};

int main(int, char** argv) {
  int port = atoi(argv[1]);
  GlobalOutput.setOutputFunction([](const char*) {});
  auto processor = make_shared<RoomServiceProcessor>(make_shared<Handler>());
  auto protocols = make_shared<protocol::TBinaryProtocolFactory>();
  if (std::string(argv[2]) == "nonblocking") {
    auto socket = make_shared<transport::TNonblockingServerSocket>("127.0.0.1", port);
    server::TNonblockingServer(processor, protocols, socket).serve();
  } else {
    auto socket = make_shared<transport::TServerSocket>("127.0.0.1", port);
    auto framed = make_shared<transport::TFramedTransportFactory>();
    server::TThreadedServer(processor, socket, framed, protocols).serve();
  }
}
