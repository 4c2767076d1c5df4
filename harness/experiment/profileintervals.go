package experiment

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"uacs/harness/infer"
	"uacs/harness/metric"
	"uacs/internal/detsum"
)

// intervals fills in Lo and Hi of every metric that has a value, by resampling the
// videos of all clips, counted or not: one set of draws serves all metrics,
// profiles and systems. of are the answers of the profiles in r.result, in their
// order. The experiment's own accuracy keeps the interval that its system has, so
// that one number has one interval wherever it stands.
//
// Each metric is a function of sums over videos: a mean of a sum and a count, F1
// of the counts of its classes, Corr of moments. A metric that is none of these
// keeps an interval of NaN. That the sums give the value that package metric gives
// is checked, and is an error otherwise: a bug here.
func (r *runner) intervals(of []metric.Answers) error {
	t := newTally(infer.NewClusters(r.videos()))
	for i := range r.result.Profiles {
		p := &r.result.Profiles[i]
		for j := range p.Metrics {
			m := &p.Metrics[j]
			m.Lo, m.Hi = notANumber, notANumber
			if m.NA != "" {
				continue
			}
			if err := t.metric(p, m, ruleOf{p.Profile, r.h.Kind, of[i]}); err != nil {
				return fmt.Errorf("interval of %s by profile %s: %w", m.Name, p.Profile, err)
			}
		}
	}
	if err := t.resample(r.plan(StreamBootstrap)); err != nil {
		return err
	}
	r.ownIntervals()
	return nil
}

func (r *runner) videos() []string {
	names := make([]string, len(r.h.Clips))
	for i, s := range r.h.Clips {
		names[i] = s.Video
	}
	return names
}

// ownIntervals gives the experiment's accuracy the interval of its system.
func (r *runner) ownIntervals() {
	own, err := metric.Lookup(r.h.Config.Profile)
	if err != nil {
		return
	}
	for _, p := range r.result.Profiles {
		sys := r.result.find(func(s *System) bool { return s.Name == p.System && s.Threshold != OracleTau })
		for j := range p.Metrics {
			if m := &p.Metrics[j]; p.Profile == own.Name && m.Name == own.Headline(r.h.Kind) && sys != nil {
				m.Lo, m.Hi = sys.Accuracy.Lo, sys.Accuracy.Hi
			}
		}
	}
}

// tally holds sums per video, a column for each quantity, and the statistics that
// are made from them. Equal columns are kept once: profiles share most of them.
type tally struct {
	clusters   *infer.Clusters
	columns    [][]float64
	known      map[string]int
	statistics []*statistic
}

// statistic is a function of the totals of some columns, and the metrics it is.
type statistic struct {
	formula
	columns []int
	metrics []*MetricValue
	owners  []*Profile
}

// formula makes a number of totals; NaN where there is none.
type formula struct {
	name string
	of   func(totals []float64) float64
}

var (
	meanFormula    = formula{"mean", func(s []float64) float64 { return s[0] / s[1] }}
	f1ByLabels     = formula{"F1", func(s []float64) float64 { return weightedF1(s, s[4:6]) }}
	f1ByAnswers    = formula{"F1 by answers", func(s []float64) float64 { return weightedF1(s, s[2:4]) }}
	pearsonFormula = formula{"Corr", pearsonOfSums}
)

// weightedF1 reads, for two classes each, right answers, answers and labels, and
// the number of clips. A class without a right answer adds nothing.
func weightedF1(s, weight []float64) float64 {
	sum := 0.0
	for c := range 2 {
		if s[c] > 0 {
			sum += float64(weight[c] * (2 * s[c] / (s[2+c] + s[4+c])))
		}
	}
	return sum / s[6]
}

// pearsonOfSums reads n and the sums of x, y, x², y² and xy, of x and y that are
// about centred. NaN where either is constant but for rounding.
func pearsonOfSums(s []float64) float64 {
	n, x, y := s[0], s[1]/s[0], s[2]/s[0]
	xx, yy := s[3]/n-float64(x*x), s[4]/n-float64(y*y)
	if !(xx > 1e-12*s[3]/n) || !(yy > 1e-12*s[4]/n) {
		return math.NaN()
	}
	return min(max((s[5]/n-float64(x*y))/math.Sqrt(xx*yy), -1), 1)
}

func newTally(c *infer.Clusters) *tally { return &tally{clusters: c, known: map[string]int{}} }

// add adds a column with the sum of x over the counted clips of each video.
func (t *tally) add(x []float64, counted []bool) (int, error) {
	sum, _, err := t.clusters.Sums(x, counted)
	if err != nil {
		return 0, err
	}
	key := make([]byte, 0, 8*len(sum))
	for _, v := range sum {
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v))
	}
	i, ok := t.known[string(key)]
	if !ok {
		i = len(t.columns)
		t.known[string(key)], t.columns = i, append(t.columns, sum)
	}
	return i, nil
}

// statistic adds a metric that is f of the sums of x over the counted clips.
func (t *tally) statistic(p *Profile, m *MetricValue, f formula, counted []bool, x ...[]float64) error {
	var columns []int
	for _, column := range x {
		i, err := t.add(column, counted)
		if err != nil {
			return err
		}
		columns = append(columns, i)
	}
	totals := make([]float64, len(columns))
	for k, c := range columns {
		totals[k] = detsum.Sum(t.columns[c])
	}
	if got := f.of(totals); !(math.Abs(got-float64(m.Value)) < 1e-9) {
		return fmt.Errorf("sums over videos give %v, the metric is %v", got, float64(m.Value))
	}
	i := slices.IndexFunc(t.statistics, func(s *statistic) bool { return s.name == f.name && slices.Equal(s.columns, columns) })
	if i < 0 {
		i = len(t.statistics)
		t.statistics = append(t.statistics, &statistic{formula: f, columns: columns})
	}
	s := t.statistics[i]
	s.metrics, s.owners = append(s.metrics, m), append(s.owners, p)
	return nil
}

// ruleOf is a profile's rules for one system's answers.
type ruleOf struct {
	profile string
	kind    metric.Kind
	answers metric.Answers
}

// metric adds one metric of a profile.
func (t *tally) metric(p *Profile, m *MetricValue, r ruleOf) error {
	if value, counted, err := metric.PerClip(r.profile, r.kind, m.Name, r.answers); err == nil {
		return t.statistic(p, m, meanFormula, counted, value, ones(len(value)))
	}
	switch m.Name {
	case "Has0_F1_score":
		return t.f1(p, m, r, "Has0_acc_2")
	case "Non0_F1_score":
		return t.f1(p, m, r, "Non0_acc_2")
	case "F1_score":
		return t.f1(p, m, r, "Mult_acc_2")
	case "F1":
		return t.f1(p, m, r, "Acc_2")
	case "Corr":
		return t.corr(p, m, r)
	}
	return nil
}

// f1 adds an F1 score whose two classes are those of the named accuracy. mult alone
// weighs them by the answers.
func (t *tally) f1(p *Profile, m *MetricValue, r ruleOf, accuracy string) error {
	_, counted, err := metric.PerClip(r.profile, r.kind, accuracy, r.answers)
	if err != nil {
		return err
	}
	labels := metric.Answers{Score: r.answers.Truth}
	var right, answers, truth [2][]float64
	for c, sign := range []float64{-1, 1} {
		if answers[c], err = r.inClass(accuracy, r.answers, sign); err != nil {
			return err
		}
		if truth[c], err = r.inClass(accuracy, labels, sign); err != nil {
			return err
		}
		right[c] = times(answers[c], truth[c])
	}
	f := f1ByLabels
	if r.profile == "mult" {
		f = f1ByAnswers
	}
	return t.statistic(p, m, f, counted, right[0], right[1], answers[0], answers[1], truth[0], truth[1], ones(len(counted)))
}

// inClass marks the answers in the class of a sign, by asking the named accuracy
// whether they would be right if that were the label of every clip.
func (r ruleOf) inClass(accuracy string, a metric.Answers, sign float64) ([]float64, error) {
	a.Truth = constant(sign, len(r.answers.Truth))
	marks, _, err := metric.PerClip(r.profile, r.kind, accuracy, a)
	return marks, err
}

// far is a label beyond all scores, for clipped.
const far = 1024

// corr adds the correlation of scores and labels, as far as MAE of the same profile
// counts and clips them.
func (t *tally) corr(p *Profile, m *MetricValue, r ruleOf) error {
	_, counted, err := metric.PerClip(r.profile, r.kind, "MAE", r.answers)
	if err != nil {
		return err
	}
	x, err := r.clipped(r.answers.Score, counted)
	if err != nil {
		return err
	}
	y, err := r.clipped(r.answers.Truth, counted)
	if err != nil {
		return err
	}
	return t.statistic(p, m, pearsonFormula, counted, ones(len(x)), x, y, times(x, x), times(y, y), times(x, y))
}

// clipped returns v as the profile clips it, turned round and centred on the counted
// clips: its distance to a far label, by MAE, less the mean distance. A correlation
// does not mind, if both sides are turned.
func (r ruleOf) clipped(v []float64, counted []bool) ([]float64, error) {
	distance, _, err := metric.PerClip(r.profile, r.kind, "MAE", metric.Answers{Score: v, Truth: constant(far, len(v))})
	if err != nil {
		return nil, err
	}
	var kept []float64
	for i, d := range distance {
		if counted[i] {
			kept = append(kept, d)
		}
	}
	mean := detsum.Mean(kept)
	for i := range distance {
		distance[i] -= mean
	}
	return distance, nil
}

func constant(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }

func ones(n int) []float64 { return constant(1, n) }

func times(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] * b[i]
	}
	return out
}

// resample draws the replicates and sets the intervals: quantiles as in
// [infer.Ratio]. Replicates without a value are left out; the profile's warnings
// count them. Totals are plain sums in the order of the videos.
func (t *tally) resample(plan infer.Plan) error {
	if len(t.statistics) == 0 {
		return nil
	}
	width := len(t.columns)
	rows := make([]float64, width*t.clusters.Len()) // a row per video
	for c, column := range t.columns {
		for k, v := range column {
			rows[k*width+c] = v
		}
	}
	totals, read := make([]float64, width), make([]float64, 8)
	values := make([][]float64, len(t.statistics))
	err := infer.Resample(t.clusters.Len(), plan, func(_ int, weight []int32) {
		addRows(totals, rows, weight)
		for i, s := range t.statistics {
			for k, c := range s.columns {
				read[k] = totals[c]
			}
			if v := s.of(read); !math.IsNaN(v) {
				values[i] = append(values[i], v)
			}
		}
	})
	if err != nil {
		return err
	}
	for i, s := range t.statistics {
		s.set(values[i], plan)
	}
	return nil
}

// addRows sets totals to the weighted sum of the rows.
func addRows(totals, rows []float64, weight []int32) {
	clear(totals)
	for k, w := range weight {
		if w == 0 {
			continue
		}
		row, by := rows[k*len(totals):][:len(totals)], float64(w)
		for c, v := range row {
			totals[c] += float64(by * v)
		}
	}
}

// set gives the statistic's metrics the interval of its replicates.
func (s *statistic) set(values []float64, plan infer.Plan) {
	slices.Sort(values)
	tail := (1 - plan.Level) / 2
	for i, m := range s.metrics {
		m.Lo, m.Hi = Number(infer.Quantile(values, tail)), Number(infer.Quantile(values, 1-tail))
		if lost := plan.Replicates - len(values); lost > 0 {
			s.owners[i].Warnings = append(s.owners[i].Warnings,
				fmt.Sprintf("%s: %d of %d replicates had no value and were left out of its interval", m.Name, lost, plan.Replicates))
		}
	}
}
