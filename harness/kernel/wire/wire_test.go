package wire

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func connection() Connection {
	return Connection{Transport: "tcp", IP: "127.0.0.1", Shell: 1, IOPub: 2, Stdin: 3, Control: 4, Heartbeat: 5, Scheme: "hmac-sha256", Key: "k"}
}

func TestMessagesAreChecked(t *testing.T) {
	frames, err := NewCodec("key").Encode([][]byte{[]byte("client")}, "kernel_info_request", nil, map[string]any{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	changed := append([][]byte{}, frames...)
	changed[6] = []byte(`{"a":2}`)
	unsigned := append([][]byte{}, frames...)
	unsigned[2] = nil
	for _, c := range []struct {
		name   string
		key    string
		frames [][]byte
		err    string
	}{
		{"as sent", "key", frames, ""},
		{"another key", "yek", frames, "signature is not valid"},
		{"changed content", "key", changed, "signature is not valid"},
		{"no signature", "key", unsigned, "signature is not valid"},
		{"cut", "key", frames[:5], "message of 5 frames is cut"},
		{"nothing", "key", nil, "message of 0 frames is cut"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := NewCodec(c.key).Decode(c.frames)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("error %v, want %s", err, c.err)
				}
				return
			}
			if err != nil || m.Header.Type != "kernel_info_request" || string(m.Content) != `{"a":1}` {
				t.Fatalf("message %+v, error %v", m, err)
			}
		})
	}
}

func TestReplayIsRefused(t *testing.T) {
	frames, err := NewCodec("key").Encode(nil, "x", nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := NewCodec("key")
	if _, err := c.Decode(frames); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Decode(frames); err == nil {
		t.Error("the same message was taken twice")
	}
}

func TestConnectionFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.json")
	if err := WriteConnection(path, connection()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v, want 0600", info.Mode(), err)
	}
	got, err := ReadConnection(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(connection(), got); diff != "" {
		t.Errorf("connection (-want +got):\n%s", diff)
	}
	if err := WriteConnection(path, connection()); err == nil {
		t.Error("a file that is there was written over")
	}
}

func TestConnectionsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Connection)
		err    string
	}{
		{"all addresses", func(c *Connection) { c.IP = "0.0.0.0" }, "is not this machine"},
		{"a name", func(c *Connection) { c.IP = "example.org" }, "is not this machine"},
		{"no key", func(c *Connection) { c.Key = "" }, "no key"},
		{"another scheme", func(c *Connection) { c.Scheme = "hmac-md5" }, "not hmac-sha256"},
		{"no port", func(c *Connection) { c.Stdin = 0 }, "port 0"},
		{"another transport", func(c *Connection) { c.Transport = "udp" }, "neither tcp nor ipc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := connection()
			c.change(&v)
			if err := v.check(); err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %s", err, c.err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"msg_type":"x"}`), []byte("{}"), []byte("{}"), []byte("{}"))
	f.Add([]byte(`{`), []byte(""), []byte("null"), []byte("[]"))
	f.Add([]byte(`{"msg_type":7}`), []byte("[]"), []byte("{}"), []byte("\xff"))
	f.Fuzz(func(t *testing.T, header, parent, metadata, body []byte) {
		c := NewCodec("key")
		parts := [][]byte{header, parent, metadata, body}
		m, err := c.Decode(append([][]byte{[]byte("id"), []byte(delimiter), c.sign(parts)}, parts...))
		if err != nil {
			return
		}
		if _, err := c.Encode(m.IDs, "reply", m.RawHeader, m.Content); err != nil || !bytes.Equal(m.Content, body) {
			t.Errorf("a message that was read cannot be answered: %v", err)
		}
	})
}
