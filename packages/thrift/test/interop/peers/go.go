// Apache Thrift of Debian's Go. Arguments: see ../peers.ts.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"room"

	"github.com/apache/thrift/lib/go/thrift"
)

var kind, encoding, naming, port = os.Args[2], os.Args[3], os.Args[4], os.Args[5]
var background = context.Background()

func configuration() *thrift.TConfiguration {
	strict := encoding == "binary"
	settings := &thrift.TConfiguration{
		TBinaryStrictRead:  &strict,
		TBinaryStrictWrite: &strict,
		SocketTimeout:      20 * time.Second,
	}
	if kind == "header" {
		id := map[string]thrift.THeaderProtocolID{"binary": thrift.THeaderProtocolBinary, "compact": thrift.THeaderProtocolCompact}[encoding]
		settings.THeaderProtocolID = &id
	}
	// Here, because each layer hands its own settings down to the socket.
	if len(os.Args) > 6 {
		pem, err := os.ReadFile(os.Args[6])
		must(err)
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		settings.TLSConfig = &tls.Config{RootCAs: roots}
	}
	return settings
}

func protocols() thrift.TProtocolFactory {
	if kind == "header" {
		return thrift.NewTHeaderProtocolFactoryConf(configuration())
	}
	switch encoding {
	case "compact":
		return thrift.NewTCompactProtocolFactoryConf(configuration())
	case "json":
		return thrift.NewTJSONProtocolFactory()
	}
	return thrift.NewTBinaryProtocolFactoryConf(configuration())
}

func transports() thrift.TTransportFactory {
	switch kind {
	case "framed":
		return thrift.NewTFramedTransportFactoryConf(thrift.NewTTransportFactory(), configuration())
	case "header":
		return thrift.NewTHeaderTransportFactoryConf(nil, configuration())
	}
	return thrift.NewTBufferedTransportFactory(4096)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fields(info *room.RoomInfo, err error) (interface{}, error) {
	if err != nil {
		return nil, err
	}
	out := map[string]interface{}{"id": info.ID, "expires": info.Expires, "username": info.Username}
	if info.Password != nil {
		out["password"] = *info.Password
	}
	return out, nil
}

func list(infos []*room.RoomInfo, err error) (interface{}, error) {
	out := []interface{}{}
	for _, info := range infos {
		one, _ := fields(info, nil)
		out = append(out, one)
	}
	return out, err
}

func attempt(name string, call func() (interface{}, error)) {
	line := map[string]interface{}{"call": name}
	answer, err := call()
	var missing *room.RoomNotFoundException
	var application thrift.TApplicationException
	if err == nil {
		line["answer"] = answer
	} else if errors.As(err, &missing) {
		line["declared"] = missing.Reason
	} else if errors.As(err, &application) {
		line["application"] = application.TypeId()
		line["message"] = application.Error()
	} else {
		must(err)
	}
	text, err := json.Marshal(line)
	must(err)
	fmt.Println(string(text))
}

func open() (thrift.TTransport, error) {
	address := "127.0.0.1:" + port
	if kind == "http" {
		return thrift.NewTHttpClient("http://" + address + "/")
	}
	var socket thrift.TTransport = thrift.NewTSocketConf(address, configuration())
	if len(os.Args) > 6 {
		socket = thrift.NewTSSLSocketConf(address, configuration())
	}
	transport, err := transports().GetTransport(socket)
	must(err)
	return transport, transport.Open()
}

func client() {
	transport, err := open()
	must(err)
	protocol := protocols().GetProtocol(transport)
	named := protocol
	if naming == "multiplexed" {
		named = thrift.NewTMultiplexedProtocol(protocol, "RoomService")
	}
	rooms := room.NewRoomServiceClientProtocol(transport, named, named)
	stranger := room.NewStrangerClientProtocol(transport, protocol, protocol)
	big := strings.Repeat("x", 60000)
	attempt("true", func() (interface{}, error) { return rooms.Pppbool(background, true) })
	attempt("false", func() (interface{}, error) { return rooms.Pppbool(background, false) })
	attempt("create", func() (interface{}, error) { return fields(rooms.Create(background)) })
	attempt("get", func() (interface{}, error) { return fields(rooms.Get(background, "here")) })
	attempt("unicode", func() (interface{}, error) { return fields(rooms.Get(background, "grüße 🎲")) })
	attempt("big", func() (interface{}, error) {
		info, err := rooms.Get(background, big)
		return err == nil && info.ID == big, err
	})
	attempt("lists", func() (interface{}, error) { return list(rooms.Lists(background)) })
	attempt("nobody", func() (interface{}, error) { return list(rooms.Nobody(background)) })
	attempt("missing", func() (interface{}, error) { return fields(rooms.Get(background, "missing")) })
	attempt("broken", func() (interface{}, error) { return fields(rooms.Get(background, "broken")) })
	attempt("tell", func() (interface{}, error) {
		must(rooms.Tell(background, "hello 🎲"))
		return rooms.Pppbool(background, true)
	})
	attempt("fill", func() (interface{}, error) {
		full, err := rooms.Fill(background, room.NewSample())
		if err != nil {
			return nil, err
		}
		again, err := rooms.Fill(background, full)
		return full.Text != nil && reflect.DeepEqual(again, full), err
	})
	attempt("absent", func() (interface{}, error) { return stranger.Absent(background, true) })
	attempt("again", func() (interface{}, error) { return rooms.Pppbool(background, true) })
	transport.Close()
}

type handler struct{}

func (handler) Create(context.Context) (*room.RoomInfo, error) {
	password := "s3cret"
	return &room.RoomInfo{ID: "new", Expires: 1763720000.25, Username: "new.grüße", Password: &password}, nil
}

func (handler) Get(_ context.Context, id string) (*room.RoomInfo, error) {
	if id == "missing" {
		return nil, &room.RoomNotFoundException{Reason: "room missing does not exist"}
	}
	if id == "broken" {
		return nil, errors.New("broken")
	}
	return &room.RoomInfo{ID: id, Expires: 1.5, Username: "u"}, nil
}

func (handler) Lists(context.Context) ([]*room.RoomInfo, error) {
	return []*room.RoomInfo{{ID: "a", Username: "a"}, {ID: "b", Username: "b"}}, nil
}

func (handler) Pppbool(_ context.Context, id bool) (bool, error) { return id, nil }

func (handler) Fill(_ context.Context, sample *room.Sample) (*room.Sample, error) { return sample, nil }

func (handler) Nobody(context.Context) ([]*room.RoomInfo, error) { return []*room.RoomInfo{}, nil }

func (handler) Tell(context.Context, string) error { return nil }

func serve() {
	var processor thrift.TProcessor = room.NewRoomServiceProcessor(handler{})
	if naming == "multiplexed" {
		multiplexed := thrift.NewTMultiplexedProcessor()
		multiplexed.RegisterProcessor("RoomService", processor)
		processor = multiplexed
	}
	address := "127.0.0.1:" + port
	if kind == "http" {
		http.HandleFunc("/", thrift.NewThriftHandlerFunc(processor, protocols(), protocols()))
		must(http.ListenAndServe(address, nil))
	}
	socket, err := thrift.NewTServerSocket(address)
	must(err)
	must(thrift.NewTSimpleServer4(processor, socket, transports(), protocols()).Serve())
}

func main() {
	if os.Args[1] == "client" {
		client()
	} else {
		serve()
	}
}
