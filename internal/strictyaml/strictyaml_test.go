package strictyaml

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

type config struct {
	Seed int `yaml:"seed"`
	Part struct {
		Name string `yaml:"name"`
	} `yaml:"part"`
}

func TestErrorsNameFileAndLine(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"unknown key", "seed: 1\nsede: 2\n", "f.yaml:2: unknown key sede\n    sede: 2"},
		{"wrong type", "seed: many\n", "f.yaml:1: cannot construct !!str `many` into int\n    seed: many"},
		{"key twice", "seed: 1\nseed: 2\n", "f.yaml:2: mapping key \"seed\" already defined at line 1\n    seed: 2"},
		{"second document", "seed: 1\n---\nseed: 2\n", "f.yaml:2: a second YAML document; one file holds one\n    ---"},
		{"tab", "seed: 1\n\tb: 2\n", "f.yaml:2: found a tab character that violates indentation\n    \tb: 2"},
		{"empty", "", "f.yaml:1: the file holds no YAML document"},
		{"later version", "# a\nschema: 2 # to come\nnew: 1\n", "f.yaml:2: schema version 2, this program knows version 1\n    schema: 2 # to come"},
		{"version beyond numbers", "schema: 99999999999999999999\n", "f.yaml:1: schema version 99999999999999999999, this program knows version 1\n    schema: 99999999999999999999"},
		{"version twice", "schema: 1\nschema: 1\n", "f.yaml:2: unknown key schema\n    schema: 1"},
		{"unknown key after the version", "schema: 1\nsede: 2\n", "f.yaml:2: unknown key sede\n    sede: 2"},
		{"comment only", "# nothing\n", "f.yaml:1: the file holds no YAML document"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v config
			err := ReadFile(fstest.MapFS{"f.yaml": {Data: []byte(c.in)}}, "f.yaml", &v)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// A clip id such as 0001 must stay the string it is.
func TestLeadingZerosStay(t *testing.T) {
	var v config
	if err := Decode("f.yaml", []byte("part:\n  name: 0001\n"), &v); err != nil {
		t.Fatal(err)
	}
	if v.Part.Name != "0001" {
		t.Errorf("name = %q, want 0001", v.Part.Name)
	}
}

// A file that says it is of version 1 is one that says nothing.
func TestVersionOne(t *testing.T) {
	var v config
	if err := Decode("f.yaml", []byte("schema: 1\r\nseed: 7\n"), &v); err != nil || v.Seed != 7 {
		t.Errorf("%+v, %v", v, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("seed: 1\npart:\n  name: a\n"))
	f.Add([]byte("seed: [\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var v config
		_ = Decode("f.yaml", data, &v) // must return, with or without error
	})
}
