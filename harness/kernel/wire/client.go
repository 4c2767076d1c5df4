package wire

import (
	"context"

	"github.com/go-zeromq/zmq4"
)

// A Client is the other end of [Sockets].
type Client struct{ Shell, Control *Channel }

// Dial connects to the kernel that listens at c, until ctx ends.
func Dial(ctx context.Context, c Connection) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	codec := NewCodec(c.Key)
	out := &Client{}
	for _, d := range []struct {
		channel **Channel
		port    int
	}{{&out.Shell, c.Shell}, {&out.Control, c.Control}} {
		socket := zmq4.NewDealer(ctx)
		if err := socket.Dial(c.Address(d.port)); err != nil {
			return nil, err
		}
		*d.channel = &Channel{socket: socket, codec: codec}
	}
	return out, nil
}

// Request sends a message of that type to a kernel.
func (c *Channel) Request(kind string, content any) error {
	return c.Send(&Message{}, kind, content)
}
