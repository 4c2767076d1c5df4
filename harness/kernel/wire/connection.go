// Package wire is Jupyter's messaging protocol 5.3 over ZeroMQ: connection
// files, signed messages and the five sockets of a kernel. Most readers want
// [ReadConnection] and [Listen].
//
// Only this machine is served: a connection file that names another address is
// refused, as is a message without a valid signature or with one seen before.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"

	"uacs/internal/hint"
)

// A Connection is a connection file: where a kernel listens and the key that
// signs its messages. With transport ipc, IP is the stem of the sockets' paths.
type Connection struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Control   int    `json:"control_port"`
	Heartbeat int    `json:"hb_port"`
	Scheme    string `json:"signature_scheme"`
	Key       string `json:"key"`
}

// ReadConnection reads and checks the connection file at path.
func ReadConnection(path string) (Connection, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Connection{}, err
	}
	c := Connection{Transport: "tcp", Scheme: "hmac-sha256"}
	if err := json.Unmarshal(data, &c); err != nil {
		return Connection{}, fmt.Errorf("%s: connection file: %w", path, err)
	}
	if err := c.check(); err != nil {
		return Connection{}, fmt.Errorf("%s: connection file: %w", path, err)
	}
	return c, nil
}

// WriteConnection writes c to a new file at path that only its owner may read.
func WriteConnection(path string, c Connection) error {
	if err := c.check(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return errors.Join(err, f.Close())
}

func (c Connection) check() error {
	switch c.Transport {
	case "tcp":
		if ip := net.ParseIP(c.IP); c.IP != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return hint.Add(fmt.Errorf("address %q is not this machine", c.IP), "a kernel runs any code it is sent: use 127.0.0.1 and a tunnel")
		}
	case "ipc":
		if c.IP == "" {
			return errors.New("transport ipc without a path")
		}
	default:
		return fmt.Errorf("transport %q is neither tcp nor ipc", c.Transport)
	}
	if c.Scheme != "hmac-sha256" {
		return fmt.Errorf("signature scheme %q is not hmac-sha256", c.Scheme)
	}
	if c.Key == "" {
		return errors.New("no key: messages would not be signed")
	}
	for _, port := range []int{c.Shell, c.IOPub, c.Stdin, c.Control, c.Heartbeat} {
		if port < 1 || port > 65535 {
			return fmt.Errorf("port %d is not in 1 to 65535", port)
		}
	}
	return nil
}

// Address returns the endpoint of a port of c.
func (c Connection) Address(port int) string {
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	ip := c.IP
	if ip == "localhost" {
		ip = "127.0.0.1"
	}
	return "tcp://" + net.JoinHostPort(ip, fmt.Sprint(port))
}
