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
