# Apache Thrift of Debian's Ruby. Arguments: see ../peers.ts.
require 'json'
$LOAD_PATH.unshift('gen')
require 'thrift'
require 'room_service'
require 'stranger'

ROLE, KIND, ENCODING, NAMING, PORT, CERTIFICATE = ARGV
$stdout.sync = true

# Messages without a version, as Thrift sent them before 0.2.
class OldBinaryProtocolFactory < Thrift::BaseProtocolFactory
  def get_protocol(transport)
    Thrift::BinaryProtocol.new(transport, false, false)
  end
end

PROTOCOLS = {
  'binary' => Thrift::BinaryProtocolFactory,
  'compact' => Thrift::CompactProtocolFactory,
  'json' => Thrift::JsonProtocolFactory,
  'old-binary' => OldBinaryProtocolFactory
}.freeze
TRANSPORTS = {
  'framed' => Thrift::FramedTransportFactory,
  'unframed' => Thrift::BufferedTransportFactory,
  'http' => Thrift::BaseTransportFactory
}.freeze

def fields(room)
  { id: room.id, expires: room.expires, username: room.username, password: room.password }.compact
end

def attempt(name)
  outcome =
    begin
      { answer: yield }
    rescue Room::RoomNotFoundException => e
      { declared: e.reason }
    rescue Thrift::ApplicationException => e
      { application: e.type, message: e.message }
    end
  puts JSON.generate({ call: name }.merge(outcome))
end

def socket
  return Thrift::HTTPClientTransport.new("http://127.0.0.1:#{PORT}/") if KIND == 'http'
  return Thrift::Socket.new('127.0.0.1', PORT.to_i, 20) unless CERTIFICATE

  context = OpenSSL::SSL::SSLContext.new
  context.ca_file = CERTIFICATE
  context.verify_mode = OpenSSL::SSL::VERIFY_PEER
  # With a timeout the library waits for bytes that OpenSSL has already taken in.
  Thrift::SSLSocket.new('127.0.0.1', PORT.to_i, nil, context)
end

def client
  transport = TRANSPORTS.fetch(KIND).new.get_transport(socket)
  protocol = PROTOCOLS.fetch(ENCODING).new.get_protocol(transport)
  named = NAMING == 'multiplexed' ? Thrift::MultiplexedProtocol.new(protocol, 'RoomService') : protocol
  rooms = Room::RoomService::Client.new(named)
  stranger = Room::Stranger::Client.new(protocol)
  big = 'x' * 60_000
  transport.open
  attempt('true') { rooms.pppbool(true) }
  attempt('false') { rooms.pppbool(false) }
  attempt('create') { fields(rooms.create) }
  attempt('get') { fields(rooms.get('here')) }
  attempt('unicode') { fields(rooms.get('grüße 🎲')) }
  attempt('big') { rooms.get(big).id == big }
  attempt('lists') { rooms.lists.map { |room| fields(room) } }
  attempt('nobody') { rooms.nobody }
  attempt('missing') { fields(rooms.get('missing')) }
  attempt('broken') { fields(rooms.get('broken')) }
  attempt('tell') do
    rooms.tell('hello 🎲')
    rooms.pppbool(true)
  end
  attempt('fill') do
    full = rooms.fill(Room::Sample.new)
    !full.text.nil? && rooms.fill(full) == full
  end
  attempt('absent') { stranger.absent(true) }
  attempt('again') { rooms.pppbool(true) }
  transport.close
end

class Handler
  def create
    Room::RoomInfo.new(id: 'new', expires: 1_763_720_000.25, username: 'new.grüße', password: 's3cret')
  end

  def get(id)
    raise Room::RoomNotFoundException.new('room missing does not exist') if id == 'missing'
    raise 'broken' if id == 'broken'

    Room::RoomInfo.new(id: id, expires: 1.5, username: 'u')
  end

  def lists
    %w[a b].map { |id| Room::RoomInfo.new(id: id, expires: 0.0, username: id) }
  end

  def pppbool(id)
    id
  end

  def fill(sample)
    sample
  end

  def nobody
    []
  end

  def tell(_what); end
end

def serve
  processor = Room::RoomService::Processor.new(Handler.new)
  if NAMING == 'multiplexed'
    multiplexed = Thrift::MultiplexedProcessor.new
    multiplexed.register_processor('RoomService', processor)
    processor = multiplexed
  end
  listener = Thrift::ServerSocket.new('127.0.0.1', PORT.to_i)
  factories = [TRANSPORTS.fetch(KIND).new, PROTOCOLS.fetch(ENCODING).new]
  Thrift::ThreadedServer.new(processor, listener, *factories).serve
end

ROLE == 'client' ? client : serve
