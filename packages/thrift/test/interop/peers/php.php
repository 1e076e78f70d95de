<?php
// Apache Thrift of Debian's PHP. Arguments: see ../peers.ts.
use room\RoomInfo;
use room\RoomNotFoundException;
use room\RoomServiceClient;
use room\RoomServiceIf;
use room\RoomServiceProcessor;
use room\Sample;
use room\StrangerClient;
use Thrift\Exception\TApplicationException;
use Thrift\Factory\TBinaryProtocolFactory;
use Thrift\Factory\TCompactProtocolFactory;
use Thrift\Factory\TJSONProtocolFactory;
use Thrift\Factory\TProtocolFactory;
use Thrift\Factory\TTransportFactory;
use Thrift\Protocol\TMultiplexedProtocol;
use Thrift\Server\TServerSocket;
use Thrift\Server\TSimpleServer;
use Thrift\TMultiplexedProcessor;
use Thrift\Transport\TBufferedTransport;
use Thrift\Transport\TFramedTransport;
use Thrift\Transport\THttpClient;
use Thrift\Transport\TSocket;
use Thrift\Transport\TTransport;

error_reporting(E_ALL & ~E_DEPRECATED);
// Debian puts the namespace Thrift\ directly into /usr/lib/php.
spl_autoload_register(function (string $class): void {
    $own = 'gen/' . str_replace('\\', '/', $class) . '.php';
    $library = '/usr/lib/php/' . str_replace('\\', '/', preg_replace('/^Thrift\\\\/', '', $class)) . '.php';
    if (is_file($own)) {
        require $own;
    } elseif (is_file($library)) {
        require $library;
    }
});

[, $role, $kind, $encoding, $naming, $port] = $argv;

function protocols(string $encoding): TProtocolFactory
{
    return match ($encoding) {
        'compact' => new TCompactProtocolFactory(),
        'json' => new TJSONProtocolFactory(),
        default => new TBinaryProtocolFactory($encoding === 'binary', $encoding === 'binary'),
    };
}

function transport(string $kind, TTransport $socket): TTransport
{
    return match ($kind) {
        'framed' => new TFramedTransport($socket),
        'unframed' => new TBufferedTransport($socket, 4096, 4096),
        default => $socket,
    };
}

function fields(RoomInfo $room): array
{
    return array_filter(get_object_vars($room), fn ($value) => $value !== null);
}

function attempt(string $name, callable $call): void
{
    try {
        $outcome = ['answer' => $call()];
    } catch (RoomNotFoundException $error) {
        $outcome = ['declared' => $error->reason];
    } catch (TApplicationException $error) {
        $outcome = ['application' => $error->getCode(), 'message' => $error->getMessage()];
    }
    echo json_encode(['call' => $name] + $outcome, JSON_THROW_ON_ERROR), "\n";
}

function client(string $kind, string $encoding, string $naming, int $port): void
{
    if ($kind === 'http') {
        $socket = new THttpClient('127.0.0.1', $port, '/');
    } else {
        $socket = new TSocket('127.0.0.1', $port);
        $socket->setRecvTimeout(20000);
    }
    $transport = transport($kind, $socket);
    $protocol = protocols($encoding)->getProtocol($transport);
    $named = $naming === 'multiplexed' ? new TMultiplexedProtocol($protocol, 'RoomService') : $protocol;
    $rooms = new RoomServiceClient($named);
    $stranger = new StrangerClient($protocol);
    $big = str_repeat('x', 60000);
    $transport->open();
    attempt('true', fn () => $rooms->pppbool(true));
    attempt('false', fn () => $rooms->pppbool(false));
    attempt('create', fn () => fields($rooms->create()));
    attempt('get', fn () => fields($rooms->get('here')));
    attempt('unicode', fn () => fields($rooms->get('grüße 🎲')));
    attempt('big', fn () => $rooms->get($big)->id === $big);
    attempt('lists', fn () => array_map(fields(...), $rooms->lists()));
    attempt('nobody', fn () => $rooms->nobody());
    attempt('missing', fn () => fields($rooms->get('missing')));
    attempt('broken', fn () => fields($rooms->get('broken')));
    attempt('tell', function () use ($rooms) {
        $rooms->tell('hello 🎲');
        return $rooms->pppbool(true);
    });
    attempt('fill', function () use ($rooms) {
        $full = $rooms->fill(new Sample());
        return $full->text !== null && $rooms->fill($full) == $full;
    });
    attempt('absent', fn () => $stranger->absent(true));
    attempt('again', fn () => $rooms->pppbool(true));
    $transport->close();
}

class Handler implements RoomServiceIf
{
    public function create()
    {
        $fields = ['id' => 'new', 'expires' => 1763720000.25, 'username' => 'new.grüße', 'password' => 's3cret'];
        return new RoomInfo($fields);
    }

    public function get($id)
    {
        if ($id === 'missing') {
            throw new RoomNotFoundException(['reason' => 'room missing does not exist']);
        }
        // What the IDL does not declare ends PHP's process; this is a reply without a result.
        if ($id === 'broken') {
            return null;
        }
        return new RoomInfo(['id' => $id, 'expires' => 1.5, 'username' => 'u']);
    }

    public function lists()
    {
        return array_map(fn ($id) => new RoomInfo(['id' => $id, 'expires' => 0.0, 'username' => $id]), ['a', 'b']);
    }

    public function pppbool($id)
    {
        return $id;
    }

    public function fill(Sample $sample)
    {
        return $sample;
    }

    public function nobody()
    {
        return [];
    }

    public function tell($what)
    {
    }
}

class Transports extends TTransportFactory
{
    public static string $kind;

    public static function getTransport(TTransport $transport)
    {
        return transport(self::$kind, $transport);
    }
}

function serve(string $kind, string $encoding, string $naming, int $port): void
{
    $processor = new RoomServiceProcessor(new Handler());
    if ($naming === 'multiplexed') {
        $multiplexed = new TMultiplexedProcessor();
        $multiplexed->registerProcessor('RoomService', $processor);
        $processor = $multiplexed;
    }
    // The library's factories are static methods.
    Transports::$kind = $kind;
    $transports = new Transports();
    $protocols = protocols($encoding);
    $listener = new TServerSocket('127.0.0.1', $port);
    (new TSimpleServer($processor, $listener, $transports, $transports, $protocols, $protocols))->serve();
}

$role === 'client' ? client($kind, $encoding, $naming, (int) $port) : serve($kind, $encoding, $naming, (int) $port);
