package main

import (
	"context"
	"fmt"
	"os"

	"room"

	"github.com/apache/thrift/lib/go/thrift"
)

type handler struct{}

func (handler) Create(context.Context) (*room.RoomInfo, error)      { return &room.RoomInfo{}, nil }
func (handler) Get(context.Context, string) (*room.RoomInfo, error) { return &room.RoomInfo{}, nil }
func (handler) Lists(context.Context) ([]*room.RoomInfo, error)     { return nil, nil }
func (handler) Pppbool(_ context.Context, id bool) (bool, error)    { return id, nil }

func main() {
	socket, err := thrift.NewTServerSocket("127.0.0.1:" + os.Args[1])
	if err == nil {
		framed := thrift.NewTFramedTransportFactoryConf(thrift.NewTTransportFactory(), nil)
		protocols := thrift.NewTBinaryProtocolFactoryConf(nil)
		err = thrift.NewTSimpleServer4(room.NewRoomServiceProcessor(handler{}), socket, framed, protocols).Serve()
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
