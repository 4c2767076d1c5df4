package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/go-zeromq/zmq4"
)

// Sockets are the five sockets of a kernel. The heartbeat answers by itself.
type Sockets struct {
	Shell, Control, Stdin *Channel

	codec *Codec
	iopub zmq4.Socket
	beat  zmq4.Socket
	mu    sync.Mutex
}

// A Channel is one socket on which requests come in.
type Channel struct {
	socket zmq4.Socket
	codec  *Codec
	mu     sync.Mutex
}

// Listen opens the sockets of c. They end with ctx or Close.
func Listen(ctx context.Context, c Connection) (*Sockets, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	codec := NewCodec(c.Key)
	channel := func() *Channel { return &Channel{socket: zmq4.NewRouter(ctx), codec: codec} }
	s := &Sockets{Shell: channel(), Control: channel(), Stdin: channel(), codec: codec, iopub: zmq4.NewPub(ctx), beat: zmq4.NewRep(ctx)}
	for _, l := range []struct {
		socket zmq4.Socket
		port   int
	}{{s.Shell.socket, c.Shell}, {s.Control.socket, c.Control}, {s.Stdin.socket, c.Stdin}, {s.iopub, c.IOPub}, {s.beat, c.Heartbeat}} {
		if err := l.socket.Listen(c.Address(l.port)); err != nil {
			return nil, errors.Join(fmt.Errorf("listen at %s: %w", c.Address(l.port), err), s.Close())
		}
	}
	go s.heartbeat()
	return s, nil
}

func (s *Sockets) heartbeat() {
	for {
		m, err := s.beat.Recv()
		if err != nil {
			return
		}
		if s.beat.Send(m) != nil {
			return
		}
	}
}

// Publish sends a message to all clients, as an effect of the message with the
// raw header parent.
func (s *Sockets) Publish(kind string, parent json.RawMessage, content any) error {
	frames, err := s.codec.Encode([][]byte{[]byte(kind)}, kind, parent, content)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.iopub.Send(zmq4.NewMsgFrom(frames...))
}

// Close closes all sockets. A connection that the client closed first is no error.
func (s *Sockets) Close() error {
	var errs []error
	for _, socket := range []zmq4.Socket{s.Shell.socket, s.Control.socket, s.Stdin.socket, s.iopub, s.beat} {
		if err := socket.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// A BadMessage is a message that was refused; the channel lives on.
type BadMessage struct{ Err error }

// Error returns why the message was refused.
func (b *BadMessage) Error() string { return "message refused: " + b.Err.Error() }

// Receive waits for the next message. A *BadMessage says that one was refused,
// any other error that the channel is closed.
func (c *Channel) Receive() (*Message, error) {
	m, err := c.socket.Recv()
	if err != nil {
		return nil, err
	}
	out, err := c.codec.Decode(m.Frames)
	if err != nil {
		return nil, &BadMessage{err}
	}
	return out, nil
}

// Send answers m on this channel with a message of that type.
func (c *Channel) Send(m *Message, kind string, content any) error {
	frames, err := c.codec.Encode(m.IDs, kind, m.RawHeader, content)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.socket.Send(zmq4.NewMsgFrom(frames...))
}
