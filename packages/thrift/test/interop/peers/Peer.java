// Apache Thrift of Debian's Java. Arguments: see ../peers.ts.
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.thrift.TApplicationException;
import org.apache.thrift.TException;
import org.apache.thrift.TMultiplexedProcessor;
import org.apache.thrift.TProcessor;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TJSONProtocol;
import org.apache.thrift.protocol.TMultiplexedProtocol;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TProtocolFactory;
import org.apache.thrift.server.THsHaServer;
import org.apache.thrift.server.TSimpleServer;
import org.apache.thrift.transport.THttpClient;
import org.apache.thrift.transport.TNonblockingServerSocket;
import org.apache.thrift.transport.TServerSocket;
import org.apache.thrift.transport.TSocket;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.layered.TFramedTransport;
import room.RoomInfo;
import room.RoomNotFoundException;
import room.RoomService;
import room.Sample;
import room.Stranger;

public class Peer {
  static String kind, encoding, naming;
  static int port;
  static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  interface Call {
    Object run() throws TException;
  }

  public static void main(String[] args) throws Exception {
    kind = args[1];
    encoding = args[2];
    naming = args[3];
    port = Integer.parseInt(args[4]);
    if (args[0].equals("client")) client(args.length > 5 ? args[5] : null);
    else serve();
  }

  static TProtocolFactory protocols() {
    if (encoding.equals("compact")) return new TCompactProtocol.Factory();
    if (encoding.equals("json")) return new TJSONProtocol.Factory();
    boolean isStrict = encoding.equals("binary");
    return new TBinaryProtocol.Factory(isStrict, isStrict);
  }

  static SSLContext trusting(String certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = new FileInputStream(certificate)) {
      store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  static TTransport connect(String certificate) throws Exception {
    if (kind.equals("http")) return new THttpClient("http://127.0.0.1:" + port + "/");
    TTransport socket;
    if (certificate == null) {
      socket = new TSocket("127.0.0.1", port, 20000);
      socket.open();
    } else {
      socket = new TSocket(trusting(certificate).getSocketFactory().createSocket("127.0.0.1", port));
    }
    return kind.equals("framed") ? new TFramedTransport(socket) : socket;
  }

  static void client(String certificate) throws Exception {
    TTransport transport = connect(certificate);
    TProtocol protocol = protocols().getProtocol(transport);
    TProtocol named = naming.equals("multiplexed") ? new TMultiplexedProtocol(protocol, "RoomService") : protocol;
    RoomService.Client rooms = new RoomService.Client(named);
    Stranger.Client stranger = new Stranger.Client(protocol);
    String big = "x".repeat(60000);
    attempt("true", () -> rooms.pppbool(true));
    attempt("false", () -> rooms.pppbool(false));
    attempt("create", () -> rooms.create());
    attempt("get", () -> rooms.get("here"));
    attempt("unicode", () -> rooms.get("grüße 🎲"));
    attempt("big", () -> rooms.get(big).id.equals(big));
    attempt("lists", () -> rooms.lists());
    attempt("nobody", () -> rooms.nobody());
    attempt("missing", () -> rooms.get("missing"));
    attempt("broken", () -> rooms.get("broken"));
    attempt("tell", () -> {
      rooms.tell("hello 🎲");
      return rooms.pppbool(true);
    });
    attempt("fill", () -> {
      Sample full = rooms.fill(new Sample());
      return full.isSetText() && rooms.fill(full).equals(full);
    });
    attempt("absent", () -> stranger.absent(true));
    attempt("again", () -> rooms.pppbool(true));
    transport.close();
  }

  static void attempt(String name, Call call) throws TException {
    String outcome;
    try {
      outcome = "\"answer\":" + json(call.run());
    } catch (RoomNotFoundException error) {
      outcome = "\"declared\":" + quoted(error.reason);
    } catch (TApplicationException error) {
      outcome = "\"application\":" + error.getType() + ",\"message\":" + quoted(error.getMessage());
    }
    OUT.println("{\"call\":" + quoted(name) + "," + outcome + "}");
  }

  static String quoted(String text) {
    return '"' + text + '"';
  }

  static String json(Object value) {
    if (value instanceof List) {
      List<String> parts = new ArrayList<>();
      for (Object element : (List<?>) value) parts.add(json(element));
      return "[" + String.join(",", parts) + "]";
    }
    if (!(value instanceof RoomInfo)) return String.valueOf(value);
    RoomInfo room = (RoomInfo) value;
    String password = room.isSetPassword() ? ",\"password\":" + quoted(room.password) : "";
    return "{\"id\":" + quoted(room.id) + ",\"expires\":" + room.expires
        + ",\"username\":" + quoted(room.username) + password + "}";
  }

  static RoomInfo room(String id, double expires, String username) {
    RoomInfo room = new RoomInfo();
    room.setId(id);
    room.setExpires(expires);
    return room.setUsername(username);
  }

  static class Handler implements RoomService.Iface {
    public RoomInfo create() {
      return room("new", 1763720000.25, "new.grüße").setPassword("s3cret");
    }

    public RoomInfo get(String id) throws TException {
      if (id.equals("missing")) throw new RoomNotFoundException("room missing does not exist");
      if (id.equals("broken")) throw new IllegalStateException("broken");
      return room(id, 1.5, "u");
    }

    public List<RoomInfo> lists() {
      return Arrays.asList(room("a", 0, "a"), room("b", 0, "b"));
    }

    public boolean pppbool(boolean id) {
      return id;
    }

    public Sample fill(Sample sample) {
      return sample;
    }

    public List<RoomInfo> nobody() {
      return new ArrayList<>();
    }

    public void tell(String what) {}
  }

  static void serve() throws Exception {
    TProcessor processor = new RoomService.Processor<>(new Handler());
    if (naming.equals("multiplexed")) {
      TMultiplexedProcessor multiplexed = new TMultiplexedProcessor();
      multiplexed.registerProcessor("RoomService", processor);
      processor = multiplexed;
    }
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
    if (kind.equals("framed")) {
      THsHaServer.Args args = new THsHaServer.Args(new TNonblockingServerSocket(address));
      new THsHaServer(args.processor(processor).protocolFactory(protocols())).serve();
    } else {
      TSimpleServer.Args args = new TSimpleServer.Args(new TServerSocket(address));
      new TSimpleServer(args.processor(processor).protocolFactory(protocols())).serve();
    }
  }
}
