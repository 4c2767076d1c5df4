package display

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	maxText = 1 << 20  // bytes of a text output that are shown
	maxBlob = 32 << 20 // bytes of a picture or document
)

// guard cuts plain text that is too long for a notebook, and replaces a form
// that cannot be cut, such as a picture, by a notice.
func guard(d Data) Data {
	var dropped []string
	out := MIMEMap{}
	for kind, content := range d.Data {
		size := 0
		switch c := content.(type) {
		case string:
			size = len(c)
			if kind == MIMETypeText {
				content, size = cut(c, maxText), 0
			}
		case []byte:
			size = len(c)
		}
		if size > maxBlob {
			dropped = append(dropped, fmt.Sprintf("%s of %d bytes left out: at most %d are shown", kind, size, maxBlob))
			continue
		}
		out[kind] = content
	}
	if len(dropped) > 0 {
		plain, _ := out[MIMETypeText].(string)
		out[MIMETypeText] = strings.TrimPrefix(plain+"\n"+strings.Join(sorted(dropped), "\n"), "\n")
	}
	d.Data = out
	return d
}

// cut shortens text to at most limit bytes, between characters, with a notice.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s\n… cut: %d of %d bytes are shown", text[:end], end, len(text))
}
