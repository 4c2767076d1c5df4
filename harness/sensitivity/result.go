package sensitivity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"uacs/harness/experiment"
)

// Conclusion is what an interval of a gain says.
type Conclusion string

// The conclusions.
const (
	Better Conclusion = "better"              // the interval lies above 0
	Worse  Conclusion = "worse"               // it lies below 0
	Open   Conclusion = "no difference shown" // it holds 0
)

// Outcome is what follows from one value of one choice; Key and Setting are empty for
// the outcome with every default. Fractions, not points.
type Outcome struct {
	Key     string `json:"key,omitempty"`
	Setting string `json:"value,omitempty"`
	// Gain is the cascade's accuracy minus that of the large model alone, with its
	// interval; P is that of the sign-flip test, by video.
	Gain experiment.Estimate `json:"gain"`
	P    experiment.Number   `json:"signflip_p"`
	// Small, Large and Cascade are accuracies, Calls the calls of the large model per
	// clip, second ones counted, and N the clips that are counted.
	Small   experiment.Number `json:"small"`
	Large   experiment.Number `json:"large"`
	Cascade experiment.Number `json:"cascade"`
	Calls   experiment.Number `json:"calls"`
	N       int               `json:"n"`
	// NA says why the cascade cannot be played with this value; all else is then 0.
	NA string `json:"na,omitempty"`
}

// Conclusion is what the gain says. An outcome that is not there, or whose interval is
// not, says nothing.
func (o *Outcome) Conclusion() Conclusion {
	switch {
	case o.NA == "" && float64(o.Gain.Lo) > 0:
		return Better
	case o.NA == "" && float64(o.Gain.Hi) < 0:
		return Worse
	}
	return Open
}

func outcomeOf(v variant, r *experiment.Result) Outcome {
	c := r.Cascade()
	return Outcome{
		Key: v.key, Setting: v.value, Gain: c.VsLarge.Difference, P: c.VsLarge.FlipP,
		Small: r.Alone("small-only").Accuracy.Value, Large: r.Alone("large-only").Accuracy.Value, Cascade: c.Accuracy.Value,
		Calls: c.First + c.Second, N: r.Setup.N,
	}
}

// Tried is a choice with what follows from each of its values.
type Tried struct {
	Hypothesis
	Doc string `json:"doc"`
	// Outcomes has one for each of Values, in their order.
	Outcomes []Outcome `json:"outcomes"`
}

// Range returns the least and the greatest gain over the values that could be tried.
func (t *Tried) Range() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, o := range t.Outcomes {
		if o.NA == "" {
			lo, hi = min(lo, float64(o.Gain.Value)), max(hi, float64(o.Gain.Value))
		}
	}
	return lo, hi
}

// inert reports whether two values or more can be played and all give the same numbers,
// as the weights of an average do where only polarity counts and both answers have one.
func (t *Tried) inert() bool {
	var played []Outcome
	for _, o := range t.Outcomes {
		if o.NA == "" {
			o.Key, o.Setting = "", ""
			played = append(played, o)
		}
	}
	return len(played) > 1 && !slices.ContainsFunc(played, func(o Outcome) bool { return o != played[0] })
}

// absent are the values that the cascade cannot be played with.
func (t *Tried) absent() []string {
	var out []string
	for _, o := range t.Outcomes {
		if o.NA != "" {
			out = append(out, o.Setting)
		}
	}
	return out
}

// Result is a study's outcome. Records, tables and figure are made from it alone.
type Result struct {
	Name       string              `json:"name"`
	Title      string              `json:"title"`
	Tier       string              `json:"tier"`
	Experiment string              `json:"experiment"`
	Small      string              `json:"small"`
	Large      string              `json:"large"`
	Headline   experiment.Headline `json:"headline"`
	Profile    string              `json:"profile"`
	Level      experiment.Number   `json:"level"`
	Replicates int                 `json:"replicates"`
	Seeds      []uint64            `json:"seeds,omitempty"`
	// Base is the outcome with every default.
	Base  Outcome `json:"base"`
	Tried []Tried `json:"tried"`
	// Warnings are caveats to print beside the numbers.
	Warnings []string `json:"warnings"`
	Plan     string   `json:"plan"`
	SHA256   string   `json:"plan_sha256"`
}

func newResult(p Plan, base setting, outcomes []Outcome, notes []string) (*Result, error) {
	c := base.Config
	r := &Result{
		Name: p.Name, Title: p.Title, Tier: c.Tier, Experiment: c.Name, Small: c.Small.Label, Large: c.Large.Label, Headline: c.Headline,
		Profile: c.Profile, Level: experiment.Number(c.Level), Replicates: c.Replicates, Base: outcomes[0], Plan: p.File, SHA256: p.Digest,
	}
	if base.Model != nil {
		r.Seeds = base.Model.Seeds
	}
	at := 1
	for _, h := range p.Vary {
		t := Tried{Hypothesis: h, Doc: Doc(h.Key)}
		for _, v := range h.Values {
			o := outcomes[0]
			if v != h.Default {
				o = outcomes[at]
				at++
			}
			o.Key, o.Setting = h.Key, v
			t.Outcomes = append(t.Outcomes, o)
		}
		r.Tried = append(r.Tried, t)
	}
	r.Warnings = append(r.caveats(base), notes...)
	return throughRecords(r)
}

// throughRecords rounds as the records do, so that tables and figure cannot say more.
func throughRecords(r *Result) (*Result, error) {
	var b bytes.Buffer
	if err := WriteRecord(&b, r); err != nil {
		return nil, err
	}
	return ReadRecord(b.Bytes(), r.Name)
}

// WriteRecord writes a result as one line of JSON. Numbers have six decimals.
func WriteRecord(w io.Writer, r *Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// ReadRecord reads what [WriteRecord] wrote; name stands for the file in errors.
func ReadRecord(data []byte, name string) (*Result, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	r := &Result{}
	if err := dec.Decode(r); err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s:2: something stands after the record", name)
	}
	return r, nil
}

// Changing returns the choices of which some value changes the conclusion.
func (r *Result) Changing() []string {
	var keys []string
	for i := range r.Tried {
		if len(r.changes(&r.Tried[i])) > 0 {
			keys = append(keys, r.Tried[i].Key)
		}
	}
	return keys
}

// changes are the values of a choice whose conclusion is not the base's.
func (r *Result) changes(t *Tried) []string {
	var out []string
	for i := range t.Outcomes {
		if o := &t.Outcomes[i]; o.NA == "" && o.Conclusion() != r.Base.Conclusion() {
			out = append(out, o.Setting)
		}
	}
	return out
}

// chance is the width of the range that seeds of training alone make, NaN if the study
// has no row for them.
func (r *Result) chance() float64 {
	i := slices.IndexFunc(r.Tried, func(t Tried) bool { return t.Key == "seeds" })
	if i < 0 {
		return math.NaN()
	}
	lo, hi := r.Tried[i].Range()
	return hi - lo
}

func (r *Result) caveats(base setting) []string {
	notes := []string{
		fmt.Sprintf("One choice is varied at a time around %s with %s; that two matter together is not seen.", r.Headline.Measure, r.Headline.Fusion),
		fmt.Sprintf("Gain is the accuracy of the cascade minus that of %s alone, in points of profile %s, n = %d clips unless the choice changes who is counted; "+
			"intervals at %g %% from %d resamples of videos. Thresholds are cross-fitted.", r.Large, r.Profile, r.Base.N, 100*float64(r.Level), r.Replicates),
		"Intervals are not adjusted for the number of values tried: of twenty that are alike, one may change its conclusion by chance.",
	}
	if base.Model != nil {
		notes = append(notes, fmt.Sprintf("%s is trained anew for each choice about training, with seeds %s: the model's config may have more.",
			r.Small, strings.Trim(fmt.Sprint(base.Model.Seeds), "[]")))
		notes = append(notes, "Training gives the same bits on one processor architecture; on another, last digits may differ.")
	}
	if base.Config.Second != nil && base.Config.Second.Surrogate != "" {
		notes = append(notes, base.Config.Second.Label+" stands in for "+base.Config.Second.Surrogate+".")
	}
	return notes
}
