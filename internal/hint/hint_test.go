package hint

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestHintSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("load mosi: %w", Add(io.ErrUnexpectedEOF, "run %s", "uacs data get mosi"))
	if got, want := Of(err), "run uacs data get mosi"; got != want {
		t.Errorf("Of = %q, want %q", got, want)
	}
	if got, want := err.Error(), "load mosi: unexpected EOF"; got != want {
		t.Errorf("Error = %q, want %q", got, want)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is no longer in the error's tree")
	}
	if Of(io.EOF) != "" || Add(nil, "x") != nil {
		t.Error("a hint came from nowhere")
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"video_1: é, 中\n\tx":  "video_1: é, 中\n\tx",
		"a\x1b[2Jb":           `a\u001b[2Jb`,
		"a\xff\xe1\x00\u0085": `a\xff\xe1\u0000\u0085`,
		"\ufffd":              "\ufffd",
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
