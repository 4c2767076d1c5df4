package uselite_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"uacs/harness/model/encoder/uselite"
)

func TestReadWeights(t *testing.T) {
	var file bytes.Buffer
	for _, x := range []float32{1, 2.5} {
		_ = binary.Write(&file, binary.LittleEndian, math.Float32bits(x))
	}
	_ = binary.Write(&file, binary.LittleEndian, int32(7))
	parts := map[string][]byte{"p1": file.Bytes()[:5], "p2": file.Bytes()[5:]}
	read := func(path string) ([]byte, error) {
		if data, ok := parts[path]; ok {
			return data, nil
		}
		return nil, fmt.Errorf("no file %q", path)
	}
	const list = `{"weightsManifest":[{"paths":["p1","p2"],"weights":[{"name":"w","shape":[1,2],"dtype":"float32"%s},{"name":"n","shape":%s,"dtype":"%s"}]}]}`
	w, err := uselite.ReadWeights([]byte(fmt.Sprintf(list, "", "[]", "int32")), read)
	if err != nil {
		t.Fatal(err)
	}
	if len(w) != 1 || w["w"].Data[1] != 2.5 || len(w["w"].Dims) != 2 {
		t.Errorf("weights %v", w)
	}
	for _, c := range []struct{ name, list, want string }{
		{"no JSON", "x", "model.json"},
		{"files too short", fmt.Sprintf(list, "", "[2]", "int32"), "ends past byte 12"},
		{"files too long", fmt.Sprintf(list, "", "[0]", "int32"), "8 of 12 bytes"},
		{"a shape out of bounds", fmt.Sprintf(list, "", "[65536,65536,65536]", "int32"), "out of bounds"},
		{"another type", fmt.Sprintf(list, "", "[]", "bool"), `type "bool"`},
		{"quantised", fmt.Sprintf(list, `,"quantization":{"scale":1}`, "[]", "int32"), "quantised"},
		{"a file that is not there", `{"weightsManifest":[{"paths":["p3"]}]}`, `no file "p3"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := uselite.ReadWeights([]byte(c.list), read)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := uselite.Convert(w, nil); err == nil || !strings.Contains(err.Error(), `no weight "module/Embeddings_en"`) {
		t.Errorf("error %v about weights that are missing", err)
	}
}

func FuzzReadWeights(f *testing.F) {
	f.Add([]byte(`{"weightsManifest":[{"paths":["a"],"weights":[{"name":"w","shape":[1],"dtype":"float32"}]}]}`), []byte{0, 0, 128, 63})
	f.Add([]byte(`{"weightsManifest":[{"weights":[{"name":"w","shape":[-1,4],"dtype":"int32"}]}]}`), []byte{})
	f.Fuzz(func(t *testing.T, model, file []byte) {
		w, err := uselite.ReadWeights(model, func(string) ([]byte, error) {
			if len(file) > 1<<10 {
				return nil, fmt.Errorf("too long for a test")
			}
			return file, nil
		})
		if err == nil {
			if _, err := uselite.Convert(w, nil); err == nil {
				t.Fatal("weights out of nothing")
			}
		}
	})
}
