// Apache Thrift of Debian's C++. Arguments: see ../peers.ts.
// The generated code is compiled with this file, so that the library's headers are read once.
#include "gen/RoomService.cpp"
#include "gen/Stranger.cpp"
#include "gen/room_types.cpp"

#include <functional>
#include <iostream>
#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/THeaderProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/THttpClient.h>
#include <thrift/transport/THttpServer.h>
#include <thrift/transport/TSSLSocket.h>
#include <thrift/transport/TServerSocket.h>
#include <thrift/transport/TSocket.h>

using namespace apache::thrift;
using namespace apache::thrift::protocol;
using namespace apache::thrift::server;
using namespace apache::thrift::transport;
using room::RoomInfo;
using std::make_shared;
using std::shared_ptr;
using std::string;

static string kind, encoding, naming;

static shared_ptr<TProtocolFactory> protocols() {
  if (encoding == "compact") return make_shared<TCompactProtocolFactory>();
  if (encoding == "json") return make_shared<TJSONProtocolFactory>();
  bool strict = encoding == "binary";
  return make_shared<TBinaryProtocolFactory>(0, 0, strict, strict);
}

static string quoted(const string& text) { return '"' + text + '"'; }

static string json(bool value) { return value ? "true" : "false"; }

static string json(const RoomInfo& room) {
  char expires[32];
  snprintf(expires, sizeof expires, "%.17g", room.expires);
  string out = "{\"id\":" + quoted(room.id) + ",\"expires\":" + expires + ",\"username\":" + quoted(room.username);
  if (room.__isset.password) out += ",\"password\":" + quoted(room.password);
  return out + "}";
}

static string json(const std::vector<RoomInfo>& rooms) {
  string out = "[";
  for (const RoomInfo& room : rooms) out += (out.size() > 1 ? "," : "") + json(room);
  return out + "]";
}

static void attempt(const string& name, const std::function<string()>& call) {
  string outcome;
  try {
    outcome = "\"answer\":" + call();
  } catch (const room::RoomNotFoundException& error) {
    outcome = "\"declared\":" + quoted(error.reason);
  } catch (const TApplicationException& error) {
    outcome = "\"application\":" + std::to_string(error.getType()) + ",\"message\":" + quoted(error.what());
  }
  std::cout << "{\"call\":" << quoted(name) << "," << outcome << "}" << std::endl;
}

static shared_ptr<TProtocol> connect(int port, const char* certificate) {
  shared_ptr<TSocket> socket;
  TSSLSocketFactory tls;
  if (certificate) {
    tls.loadTrustedCertificates(certificate);
    socket = tls.createSocket("127.0.0.1", port);
  } else {
    socket = make_shared<TSocket>("127.0.0.1", port);
  }
  socket->setRecvTimeout(20000);
  if (kind == "header") {
    auto protocol = make_shared<THeaderProtocol>(socket, encoding == "compact" ? T_COMPACT_PROTOCOL : T_BINARY_PROTOCOL);
    socket->open();
    return protocol;
  }
  shared_ptr<TTransport> transport;
  if (kind == "http") transport = make_shared<THttpClient>(socket, "127.0.0.1", "/");
  else if (kind == "framed") transport = make_shared<TFramedTransport>(socket);
  else transport = make_shared<TBufferedTransport>(socket);
  transport->open();
  return protocols()->getProtocol(transport);
}

static void client(int port, const char* certificate) {
  shared_ptr<TProtocol> protocol = connect(port, certificate);
  shared_ptr<TProtocol> named = protocol;
  if (naming == "multiplexed") named = make_shared<TMultiplexedProtocol>(protocol, "RoomService");
  room::RoomServiceClient rooms(named);
  room::StrangerClient stranger(protocol);
  auto get = [&](const string& id) {
    RoomInfo room;
    rooms.get(room, id);
    return room;
  };
  attempt("true", [&] { return json(rooms.pppbool(true)); });
  attempt("false", [&] { return json(rooms.pppbool(false)); });
  attempt("create", [&] {
    RoomInfo room;
    rooms.create(room);
    return json(room);
  });
  attempt("get", [&] { return json(get("here")); });
  attempt("unicode", [&] { return json(get("grüße 🎲")); });
  attempt("big", [&] { return json(get(string(60000, 'x')).id == string(60000, 'x')); });
  attempt("lists", [&] {
    std::vector<RoomInfo> found;
    rooms.lists(found);
    return json(found);
  });
  attempt("nobody", [&] {
    std::vector<RoomInfo> found;
    rooms.nobody(found);
    return json(found);
  });
  attempt("missing", [&] { return json(get("missing")); });
  attempt("broken", [&] { return json(get("broken")); });
  attempt("tell", [&] {
    // The library reads the empty answer to a oneway call over HTTP as the answer to the next call.
    if (kind != "http") rooms.tell("hello 🎲");
    return json(rooms.pppbool(true));
  });
  attempt("fill", [&] {
    room::Sample full, again;
    rooms.fill(full, room::Sample());
    rooms.fill(again, full);
    return json(full.__isset.text && again == full);
  });
  attempt("absent", [&] { return json(stranger.absent(true)); });
  attempt("again", [&] { return json(rooms.pppbool(true)); });
  protocol->getTransport()->close();
}

static RoomInfo info(const string& id, double expires, const string& username) {
  RoomInfo room;
  room.__set_id(id);
  room.__set_expires(expires);
  room.__set_username(username);
  return room;
}

class Handler : public room::RoomServiceIf {
 public:
  void create(RoomInfo& room) override {
    room = info("new", 1763720000.25, "new.grüße");
    room.__set_password("s3cret");
  }
  void get(RoomInfo& room, const string& id) override {
    if (id == "missing") {
      room::RoomNotFoundException error;
      error.__set_reason("room missing does not exist");
      throw error;
    }
    if (id == "broken") throw std::runtime_error("broken");
    room = info(id, 1.5, "u");
  }
  void lists(std::vector<RoomInfo>& rooms) override { rooms = {info("a", 0, "a"), info("b", 0, "b")}; }
  bool pppbool(const bool id) override { return id; }
  void fill(room::Sample& filled, const room::Sample& sample) override { filled = sample; }
  void nobody(std::vector<RoomInfo>&) override {}
  void tell(const string&) override {}
};

static void serve(int port) {
  shared_ptr<TProcessor> processor = make_shared<room::RoomServiceProcessor>(make_shared<Handler>());
  if (naming == "multiplexed") {
    auto multiplexed = make_shared<TMultiplexedProcessor>();
    multiplexed->registerProcessor("RoomService", processor);
    processor = multiplexed;
  }
  auto socket = make_shared<TServerSocket>("127.0.0.1", port);
  shared_ptr<TTransportFactory> transports;
  if (kind == "framed") transports = make_shared<TFramedTransportFactory>();
  else if (kind == "header") transports = make_shared<TTransportFactory>();
  else if (kind == "http") transports = make_shared<THttpServerTransportFactory>();
  else transports = make_shared<TBufferedTransportFactory>();
  shared_ptr<TProtocolFactory> factory = protocols();
  if (kind == "header") factory = make_shared<THeaderProtocolFactory>();
  TThreadedServer(processor, socket, transports, factory).serve();
}

int main(int argc, char** argv) {
  kind = argv[2];
  encoding = argv[3];
  naming = argv[4];
  int port = atoi(argv[5]);
  if (string(argv[1]) == "client") client(port, argc > 6 ? argv[6] : nullptr);
  else serve(port);
}
