package worker

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// A stream reads one of the process's output streams, hands the text on and
// stops at each mark until its event has been handled.
type stream struct {
	kind   string
	token  []byte
	passed chan struct{} // a mark was reached; closed at the end
	resume chan struct{}
	quit   chan struct{}
	emit   func(Event)
	clean  func(string) string
}

func newStream(kind, token string, emit func(Event), clean func(string) string, quit chan struct{}) *stream {
	return &stream{kind: kind, token: []byte("\x00" + token + ":"), passed: make(chan struct{}), resume: make(chan struct{}), quit: quit, emit: emit, clean: clean}
}

func (s *stream) read(r io.Reader) {
	defer close(s.passed)
	buf := make([]byte, 64<<10)
	var held []byte
	for {
		n, err := r.Read(buf)
		held = append(held, buf[:n]...)
		var ok bool
		if held, ok = s.consume(held); !ok {
			return
		}
		if err != nil {
			s.text(held)
			return
		}
	}
}

// consume hands on all but what may be the beginning of a mark or character. It
// reports false when nobody waits for marks any more.
func (s *stream) consume(b []byte) (rest []byte, ok bool) {
	for {
		i := bytes.Index(b, s.token)
		if i < 0 {
			break
		}
		end := bytes.IndexByte(b[i+1:], 0)
		if end < 0 {
			s.text(b[:i])
			return b[i:], true
		}
		s.text(b[:i])
		b = b[i+1+end+1:]
		select {
		case s.passed <- struct{}{}:
		case <-s.quit:
			return nil, false
		}
		select {
		case <-s.resume:
		case <-s.quit:
			return nil, false
		}
	}
	keep := s.unfinished(b)
	s.text(b[:len(b)-keep])
	return append([]byte(nil), b[len(b)-keep:]...), true
}

// unfinished counts the bytes at the end of b that must wait for more.
func (s *stream) unfinished(b []byte) int {
	if i := bytes.LastIndexByte(b, 0); i >= 0 && bytes.HasPrefix(s.token, b[i:]) {
		return len(b) - i
	}
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			break
		}
	}
	return 0
}

func (s *stream) text(b []byte) {
	if len(b) > 0 {
		if t := s.clean(string(b)); t != "" {
			s.emit(Event{Kind: s.kind, Text: t})
		}
	}
}

// tail keeps the last bytes of a text.
type tail struct{ b []byte }

const maxTail = 8 << 10

func (t *tail) add(s string) {
	t.b = append(t.b, s...)
	if len(t.b) > 2*maxTail {
		t.b = append([]byte(nil), t.b[len(t.b)-maxTail:]...)
	}
}
