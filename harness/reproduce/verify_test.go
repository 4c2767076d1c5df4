package reproduce

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// By hand: each pair of records with what explains their difference.
func TestCompareRecords(t *testing.T) {
	const setup = `{"record":"setup","data":{"config_sha256":"c1","inputs":[{"path":"in.csv","sha256":"i1"}],"n":100}}` + "\n"
	const system = `{"record":"system","data":{"name":"s","accuracy":0.8125,"p":2000000}}` + "\n"
	replaced := func(old, text string) string { return strings.Replace(setup+system, old, text, 1) }
	for _, c := range []struct{ name, now, why string }{
		{"config", replaced("c1", "c2"), "the config has changed since"},
		{"input", replaced("i1", "i2"), "input changed: in.csv"},
		{"input before numbers", strings.Replace(replaced("i1", "i2"), "0.8125", "0.5", 1), "input changed: in.csv"},
		{"drift", replaced("0.8125", "0.812501"), "numeric drift within the tolerance 1e-05: 1 numbers differ, by 1e-06 at most (line 2.data.accuracy)"},
		{"relative drift", replaced("2000000", "2000010"), "numeric drift within the tolerance 1e-05: 1 numbers differ, by 5e-06 at most (line 2.data.p)"},
		{"over", replaced("0.8125", "0.8225"), "over the tolerance 1e-05 with equal config and inputs, so code or machine has changed: 1 numbers differ, by 0.01 at most (line 2.data.accuracy)"},
		{"new field", replaced(`"name"`, `"new":1,"name"`), "the code has changed: line 2.data has other fields"},
		{"renamed field", replaced(`"name"`, `"title"`), "the code has changed: line 2.data has lost the field name"},
		{"text", replaced(`"s"`, `"t"`), "the code has changed: line 2.data.name has another value"},
		{"null", replaced("0.8125", "null"), "the code has changed: line 2.data.accuracy was a number"},
		{"fewer", setup, "the code has changed: 2 records were written, now 1"},
		{"not JSON", replaced(`{"record":"system"`, `{record`), "the code has changed: line 2 is not JSON"},
		{"spelling", replaced(`"n":100`, `"n": 100`), "the code has changed: the same values are written in another way"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.why, compareRecords([]byte(setup+system), []byte(c.now)).why(1e-5)); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}

// A project whose results were just made verifies; then each kind of damage is
// named, and all of it leaves the project as it was.
func TestVerify(t *testing.T) {
	o := project(t, "a")
	o.Out, o.Cache = o.Root, ""
	reproduce(t, o)
	verdicts := func() map[string]Checked {
		t.Helper()
		before := tree(t, o.Root)
		checked, err := Verify(context.Background(), o, 1e-6)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "verify", before, tree(t, o.Root))
		out := map[string]Checked{}
		for _, c := range checked {
			if c.Verdict != Equal {
				out[c.Path] = c
			}
		}
		return out
	}
	if got := verdicts(); len(got) != 0 {
		t.Fatalf("fresh results: %v", got)
	}

	if err := os.Remove(filepath.Join(o.Root, "results/tables/a-flow.md")); err != nil {
		t.Fatal(err)
	}
	put(t, o.Root, "results/tables/a-flow.csv", "edited by hand\n")
	got := verdicts()
	if len(got) != 2 || got["results/tables/a-flow.md"].Verdict != Missing || got["results/tables/a-flow.csv"].Verdict != Edited {
		t.Errorf("damaged files: %v", got)
	}
	reproduce(t, o)

	put(t, o.Root, "configs/experiments/a.yaml", strings.NewReplacer("NAME", "a", "seed: 3", "seed: 4").Replace(experimentFile))
	got = verdicts()
	if c := got["results/records/a.jsonl"]; c.Verdict != Differs || c.Why != "the config has changed since" {
		t.Errorf("a changed config: %v", c)
	}
	if c := got["results/tables/a-systems.md"]; c.Verdict != Differs || c.Why != "follows from results/records/a.jsonl" {
		t.Errorf("a table after a changed config: %v", c)
	}
}

func TestVerifyNeedsAManifest(t *testing.T) {
	if _, err := Verify(context.Background(), project(t, "a"), 1e-6); err == nil || !strings.Contains(err.Error(), "there is nothing to verify") {
		t.Errorf("err = %v", err)
	}
}

func TestVerifyFiles(t *testing.T) {
	o := project(t, "a")
	o.Out, o.Cache = o.Root, ""
	reproduce(t, o)
	put(t, o.Root, "figures/out/a.svg", "<svg/>")
	checked, err := VerifyFiles(o.Root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checked {
		if want := map[bool]Verdict{true: Edited, false: Equal}[c.Path == "figures/out/a.svg"]; c.Verdict != want {
			t.Errorf("%s is %s, want %s", c.Path, c.Verdict, want)
		}
	}
}
