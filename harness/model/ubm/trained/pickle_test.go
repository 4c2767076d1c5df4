package trained

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The opcodes of protocol 4 that Python's pickler writes for a file of MMSA, without its
// memo. The content is SYNTHETIC.

func pyStr(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func pyInt(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

func pyList(items []string) string { return "](" + strings.Join(items, "") + "e" }

func pyDict(pairs ...string) string {
	out := "}("
	for i := 0; i < len(pairs); i += 2 {
		out += pyStr(pairs[i]) + pairs[i+1]
	}
	return out + "u"
}

func pyArray(shape []int, values []float32) string {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	sizes := "("
	for _, n := range shape {
		sizes += pyInt(n)
	}
	return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01" + sizes + "t" +
		"cnumpy\ndtype\n" + pyStr("f4") + "\x89\x88\x87R(K\x03" + pyStr("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" +
		"B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + string(data) + "tb"
}

// mmsaFile is a made-up feature file in MMSA's layout.
type mmsaFile struct {
	// frames are those of the arrays of text, audio and vision, columns their widths.
	frames, columns [3]int
	// lengths says that the file names the lengths of audio and vision, as unaligned files do.
	lengths bool
	// junk stands in the padding of audio, where lengths are named.
	junk float32
}

// unaligned and alignedFile are like MMSA's files of those names, but small.
var (
	unaligned   = mmsaFile{frames: [3]int{5, 8, 6}, columns: [3]int{4, 3, 2}, lengths: true}
	alignedFile = mmsaFile{frames: [3]int{5, 5, 5}, columns: [3]int{4, 3, 2}}
)

// write writes the file: its first audio value is -inf, and clip 3 of each split has no
// vision. It returns the path.
func (f mmsaFile) write(t testing.TB, dir, name string) string {
	t.Helper()
	var parts []string
	for s, n := range []int{40, 12, 16} {
		split := []string{"train", "valid", "test"}[s]
		parts = append(parts, split, f.split(split, n))
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("\x80\x04"+pyDict(parts...)+"."), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func (f mmsaFile) split(split string, n int) string {
	var ids, texts []string
	var labels []float32
	var lengths [3][]string
	values := [3][]float32{}
	for i := range n {
		ids = append(ids, pyStr(split+"_v"+string(rune('a'+i/4))+"$_$"+string(rune('0'+i%4))))
		texts = append(texts, pyStr("made up"))
		y := float32(i%7-3) / 1.5
		labels = append(labels, y)
		for m, frames := range f.frames {
			long := 2 + (i+m)%(frames-1)
			if m == 2 && i == 3 {
				long = 0
			}
			lengths[m] = append(lengths[m], pyInt(long))
			for t := range frames {
				for c := range f.columns[m] {
					v := y + float32((i*31+t*17+c*7+m*3)%11)/10 + 0.05
					if t >= long {
						v = 0
						if m == 1 && f.lengths {
							v = f.junk
						}
					}
					if m == 1 && i == 0 && t == 0 && c == 0 {
						v = float32(math.Inf(-1))
					}
					values[m] = append(values[m], v)
				}
			}
		}
	}
	fields := []string{"raw_text", pyList(texts), "id", pyList(ids), "regression_labels", pyArray([]int{n}, labels)}
	for m, name := range []string{"text", "audio", "vision"} {
		fields = append(fields, name, pyArray([]int{n, f.frames[m], f.columns[m]}, values[m]))
		if f.lengths && m > 0 {
			fields = append(fields, name+"_lengths", pyList(lengths[m]))
		}
	}
	return pyDict(fields...)
}
