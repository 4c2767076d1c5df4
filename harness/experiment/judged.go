package experiment

import (
	"fmt"

	"uacs/harness/uncertainty"
)

// Judged are the counted clips under one measure, as columns that the maths
// packages calibrate, selective and route take.
type Judged struct {
	// U is the small model's uncertainty, Wrong whether its answer is wrong by the
	// profile, and Loss the same as 1 and 0.
	U, Loss []float64
	Wrong   []bool
	// Folds holds the fold of each clip, dealt by video, Videos its video.
	Folds  []int
	Videos []string
}

// Judge returns the columns of the clips that the config's profile counts, under
// any measure, registered or not. A measure that does not apply is an error.
func (h *Cohort) Judge(m uncertainty.Measure) (*Judged, error) {
	u, err := h.Column(m)
	if err != nil {
		return nil, err
	}
	r := &runner{h: h}
	for _, step := range []func() error{r.count, r.deal} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Config.Name, err)
		}
	}
	j := &Judged{U: pick(u, r.counted), Folds: r.folds}
	for k, i := range r.counted {
		wrong := r.keep[k] == 0
		j.Wrong, j.Loss = append(j.Wrong, wrong), append(j.Loss, float64(b2i(wrong)))
		j.Videos = append(j.Videos, h.Clips[i].Video)
	}
	return j, nil
}
