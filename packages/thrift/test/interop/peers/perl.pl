# Apache Thrift of Debian's Perl, which knows only the binary protocol. Arguments: see ../peers.ts.
use 5.28.0;
use strict;
use warnings;
use lib 'gen';
use JSON::PP ();
use Thrift;
use Thrift::BinaryProtocol;
use Thrift::BufferedTransport;
use Thrift::FramedTransport;
use Thrift::HttpClient;
use Thrift::MultiplexedProcessor;
use Thrift::MultiplexedProtocol;
use Thrift::SSLSocket;
use Thrift::Server;
use Thrift::ServerSocket;
use Thrift::Socket;
use room::RoomService;
use room::Stranger;
use room::Types;

my ($role, $kind, $encoding, $naming, $port, $certificate) = @ARGV;
# Strings are bytes here, so this file's are too.
my $json = JSON::PP->new->canonical->allow_blessed->convert_blessed->latin1;
$| = 1;

sub truth { return $_[0] ? JSON::PP::true : JSON::PP::false }

sub fields {
    my ($room) = @_;
    my %fields;
    for my $name (qw(id expires username password)) {
        $fields{$name} = $room->{$name} if defined $room->{$name};
    }
    $fields{expires} += 0;
    return \%fields;
}

sub attempt {
    my ($name, $call) = @_;
    my %line = (call => $name);
    my $ok = eval { $line{answer} = $call->(); 1 };
    if (!$ok) {
        my $error = $@;
        die $error unless ref $error;
        if ($error->isa('room::RoomNotFoundException')) {
            $line{declared} = $error->{reason};
        } elsif ($error->isa('Thrift::TApplicationException')) {
            $line{application} = $error->{code} + 0;
            $line{message} = $error->{message};
        } else {
            die "$error->{message}\n";
        }
    }
    say $json->encode(\%line);
    return;
}

sub client {
    my $socket;
    if ($kind eq 'http') {
        $socket = Thrift::HttpClient->new("http://127.0.0.1:$port/");
    } elsif ($certificate) {
        $socket = Thrift::SSLSocket->new({ host => '127.0.0.1', port => $port, ca => $certificate });
    } else {
        $socket = Thrift::Socket->new('127.0.0.1', $port);
    }
    $socket->setRecvTimeout(20_000);
    my $transport =
        $kind eq 'framed'     ? Thrift::FramedTransport->new($socket)
        : $kind eq 'unframed' ? Thrift::BufferedTransport->new($socket)
        :                       $socket;
    my $protocol = Thrift::BinaryProtocol->new($transport);
    my $named = $naming eq 'multiplexed' ? Thrift::MultiplexedProtocol->new($protocol, 'RoomService') : $protocol;
    my $rooms = room::RoomServiceClient->new($named);
    my $stranger = room::StrangerClient->new($protocol);
    my $big = 'x' x 60_000;
    $transport->open();
    attempt('true', sub { truth($rooms->pppbool(1)) });
    attempt('false', sub { truth($rooms->pppbool(0)) });
    attempt('create', sub { fields($rooms->create()) });
    attempt('get', sub { fields($rooms->get('here')) });
    attempt('unicode', sub { fields($rooms->get('grüße 🎲')) });
    attempt('big', sub { truth($rooms->get($big)->{id} eq $big) });
    attempt('lists', sub { [map { fields($_) } @{ $rooms->lists() }] });
    attempt('nobody', sub { $rooms->nobody() });
    attempt('missing', sub { fields($rooms->get('missing')) });
    attempt('broken', sub { fields($rooms->get('broken')) });
    attempt('tell', sub { $rooms->tell('hello 🎲'); truth($rooms->pppbool(1)) });
    attempt('fill', sub {
        my $full = writable($rooms->fill(room::Sample->new()));
        truth(defined $full->{text} && comparable(writable($rooms->fill($full))) eq comparable($full));
    });
    attempt('absent', sub { truth($stranger->absent(1)) });
    attempt('again', sub { truth($rooms->pppbool(1)) });
    $transport->close();
    return;
}

# The generated code reads a set into the keys of a hash and writes it from an array.
sub writable {
    my ($sample) = @_;
    $sample->{words} = [keys %{ $sample->{words} }] if $sample->{words};
    return $sample;
}

sub comparable {
    my ($sample) = @_;
    no warnings 'once';
    local *UNIVERSAL::TO_JSON = sub { return { %{ $_[0] } } };
    return $json->encode($sample);
}

package Handler {
    use parent -norequire, 'room::RoomServiceIf';

    sub new { return bless {}, shift }

    sub create {
        my %fields = (id => 'new', expires => 1763720000.25, username => 'new.grüße', password => 's3cret');
        return room::RoomInfo->new(\%fields);
    }

    sub get {
        my ($self, $id) = @_;
        die room::RoomNotFoundException->new({ reason => 'room missing does not exist' }) if $id eq 'missing';
        die Thrift::TApplicationException->new('broken', Thrift::TApplicationException::INTERNAL_ERROR)
            if $id eq 'broken';
        return room::RoomInfo->new({ id => $id, expires => 1.5, username => 'u' });
    }

    sub lists {
        return [map { room::RoomInfo->new({ id => $_, expires => 0, username => $_ }) } 'a', 'b'];
    }

    sub pppbool { return $_[1] }

    sub fill { return main::writable($_[1]) }

    sub nobody { return [] }

    sub tell { return }
}

sub serve {
    my $processor = room::RoomServiceProcessor->new(Handler->new());
    if ($naming eq 'multiplexed') {
        my $multiplexed = Thrift::MultiplexedProcessor->new();
        $multiplexed->registerProcessor('RoomService', $processor);
        $processor = $multiplexed;
    }
    my $listener = Thrift::ServerSocket->new({ host => '127.0.0.1', port => $port });
    my $transports = $kind eq 'framed' ? Thrift::FramedTransportFactory->new() : Thrift::BufferedTransportFactory->new();
    Thrift::SimpleServer->new($processor, $listener, $transports, Thrift::BinaryProtocolFactory->new())->serve();
    return;
}

$role eq 'client' ? client() : serve();
