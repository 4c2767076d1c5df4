package synth

import (
	"math"
	"testing"

	"uacs/harness/sample"
)

// reliability groups events by predicted probability in ten bins and returns for
// each its mean residual (outcome minus probability) in standard errors. The
// errors are those of a sum of independent videos: the root of the sum over
// videos of squared residual sums, so clips of one video may hang together.
func reliability(s *Set, records []sample.Prediction, event func(p *sample.Prediction, label float64) (probability, outcome float64)) (z [10]float64, n [10]int) {
	var sums [10]map[string]float64
	for i := range records {
		if !records[i].OK() {
			continue
		}
		q, y := event(&records[i], s.Samples[i].Label)
		k := min(int(q*10), 9)
		if sums[k] == nil {
			sums[k] = map[string]float64{}
		}
		sums[k][s.Samples[i].Video] += y - q
		n[k]++
	}
	for k, videos := range sums {
		var sum, squares float64
		for _, r := range videos {
			sum += r
			squares += r * r
		}
		z[k] = sum / math.Sqrt(squares)
	}
	return z, n
}

// positive is the event that the label is above zero.
func positive(p *sample.Prediction, label float64) (q, y float64) {
	for i, b := range p.Bins {
		if b > 0 {
			q += p.Probs[i]
		}
	}
	if label > 0 {
		y = 1
	}
	return min(q, 1), y
}

// top is the event that the label is the one with the largest probability.
func top(p *sample.Prediction, label float64) (q, y float64) {
	best := 0
	for i := range p.Probs {
		if p.Probs[i] > p.Probs[best] {
			best = i
		}
	}
	if p.Bins[best] == label {
		y = 1
	}
	return p.Probs[best], y
}

// An exact posterior is calibrated: small and second always, large where it is
// not naive and not sharpened. A glancing answer is calibrated too: it is the
// posterior given less. A sharpened one, and a naive one where sarcasm is common,
// are not, and must
// be seen not to be. The bins hold thousands of clips of 400 videos; 5
// standard errors, fixed seeds.
func TestPosteriorsAreCalibrated(t *testing.T) {
	for _, base := range []Config{MOSI(), SIMS()} {
		t.Run(base.Name, func(t *testing.T) {
			c := enlarged(base, 20_000, 400)
			s := generate(t, c)
			c.NaiveShare = 0
			glancing := generate(t, c)
			c.LargeTemperature = 0.5
			sharp := generate(t, c)
			c.LargeTemperature, c.NaiveShare, c.GlanceShare, c.Sarcasm = 1, 1, 0, 0.3
			naive := generate(t, c)
			for _, r := range []struct {
				name       string
				set        *Set
				records    []sample.Prediction
				calibrated bool
			}{
				{"small", s, s.Small, true},
				{"second", s, s.Second, true},
				{"large, not naive", glancing, glancing.Large, true},
				{"large, sharpened", sharp, sharp.Large, false},
				{"large, naive", naive, naive.Large, false},
			} {
				worst := 0.0
				for _, event := range []func(*sample.Prediction, float64) (float64, float64){positive, top} {
					z, n := reliability(r.set, r.records, event)
					for k := range z {
						if n[k] >= 100 {
							worst = max(worst, math.Abs(z[k]))
						}
					}
				}
				if (worst <= tolerance) != r.calibrated {
					t.Errorf("%s: worst bin is off by %.1f standard errors; calibrated should be %v", r.name, worst, r.calibrated)
				}
			}
		})
	}
}

// Each label is as frequent as enumeration says, within 5 standard errors of a
// sum of independent videos.
func TestLabelMarginals(t *testing.T) {
	for _, base := range []Config{MOSI(), SIMS()} {
		t.Run(base.Name, func(t *testing.T) {
			c := enlarged(base, 20_000, 400)
			e, s := enumerate(t, c), generate(t, c)
			counts, sizes, n := map[float64]float64{}, map[string]float64{}, 0.0
			videos := map[string]map[float64]float64{}
			for _, x := range s.Samples {
				if x.Split != sample.Test {
					continue
				}
				if videos[x.Video] == nil {
					videos[x.Video] = map[float64]float64{}
				}
				counts[x.Label]++
				videos[x.Video][x.Label]++
				sizes[x.Video]++
				n++
			}
			for i, label := range e.Labels {
				p, squares := e.LabelProbs[i], 0.0
				for v, size := range sizes {
					r := videos[v][label] - p*size
					squares += r * r
				}
				if got := counts[label] / n; math.Abs(got-p) > tolerance*math.Sqrt(squares)/n {
					t.Errorf("label %v: share %.4f, exact %.4f, standard error %.4f", label, got, p, math.Sqrt(squares)/n)
				}
			}
		})
	}
}
