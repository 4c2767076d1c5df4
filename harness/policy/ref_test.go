package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/panel"
	"uacs/internal/hint"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want Ref
		back string
	}{
		{"small", Ref{Alone: Small}, "small"},
		{" large ", Ref{Alone: Large}, "large"},
		{"entropy+replace", Ref{Measure: "entropy", Uncertainty: panel.Own, Calibration: panel.Uncalibrated, Fusion: "replace"}, "entropy+replace"},
		{"entropy + replace @ share 0.3", Ref{Measure: "entropy", Uncertainty: panel.Own, Calibration: panel.Uncalibrated, Fusion: "replace", Rule: "share 0.3"}, "entropy+replace@share 0.3"},
		{"entropy/isotonic/swapped+mean", Ref{Measure: "entropy", Uncertainty: panel.Swapped, Calibration: "isotonic", Fusion: "mean"}, "entropy/swapped/isotonic+mean"},
	} {
		got, err := Parse(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
		if got.String() != c.back {
			t.Errorf("%q is printed as %q, want %q", c.text, got, c.back)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "is not small, large or measure+fusion"},
		{"entropy", "is not small, large or measure+fusion"},
		{"surprise+replace", `"surprise"`},
		{"entropy+glue", `"glue"`},
		{"entropy+replace@", "no rule stands behind @"},
		{"entropy/lukewarm+replace", `"lukewarm" is not swapped, shuffled or a calibration`},
	} {
		_, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(hint.Of(err), "measure+fusion") {
			t.Errorf("%q: %v, want %q and a hint", c.text, err, c.want)
		}
	}
}

// What Parse accepts, it reads again from what String prints.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"small", "entropy+replace", "entropy/isotonic/shuffled + mean @ share 0.3", "+", "/+@", "margin/own+replace"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(r.String())
		if err != nil || again != r {
			t.Errorf("%q is printed as %q and read as %+v, %v", text, r, again, err)
		}
	})
}
