package report

import (
	"uacs/figures"
	"uacs/harness/experiment"
)

// The figures below are those that [Files] writes, one at a time, for notebooks.
// Each is nil if the result does not hold what it draws; a notebook shows nothing
// for it.

// EffectsFigure is a forest plot of what every system that could be deployed gains
// over either model alone, with intervals and adjusted tests.
func EffectsFigure(r *experiment.Result) figures.Figure { return effectsFigure(r) }

// FlowFigure follows the clips through the stages of the headline cascade to the
// answers in which they end, right or wrong.
func FlowFigure(r *experiment.Result) figures.Figure {
	s := r.Cascade()
	if s == nil {
		return nil
	}
	return flowFigure(r, s)
}

// CostFigure divides the price of a clip into the small model's part and the large
// one's, for both models alone and the headline cascade, on the compute axis of
// that name. It is nil for an axis that the result does not have.
func CostFigure(r *experiment.Result, axis string) figures.Figure {
	for i, a := range r.Setup.Axes {
		if a.Name == axis && r.Cascade() != nil {
			return costFigure(r, i)
		}
	}
	return nil
}

// UncertaintyFigure is the histogram of the headline measure where the small model
// is right and where it is wrong.
func UncertaintyFigure(r *experiment.Result) figures.Figure {
	return ofDiagnosis(r, histogramFigure)
}

// RiskFigure shows how often the small model is wrong about the clips it answers
// if the most uncertain are withheld, by the headline measure and the first others.
func RiskFigure(r *experiment.Result) figures.Figure {
	return ofDiagnosis(r, riskFigure)
}

// ReliabilityFigure compares how sure the models say they are with how often they
// are right. It is nil where neither says.
func ReliabilityFigure(r *experiment.Result) figures.Figure {
	if r.Diagnosis == nil || len(r.Diagnosis.Reliability) == 0 {
		return nil
	}
	return reliabilityFigure(r, r.Diagnosis)
}

// ConfusionFigure puts the answers of both models and of the headline cascade by
// polarity beside what the cascade changes.
func ConfusionFigure(r *experiment.Result) figures.Figure { return ofDiagnosis(r, confusionFigure) }

// FlipFigure counts what the headline cascade changes: the answers of the small
// model that it corrects and those that it breaks.
func FlipFigure(r *experiment.Result) figures.Figure {
	return ofDiagnosis(r, func(r *experiment.Result, d *experiment.Diagnosis) figures.Figure {
		return figures.FlipMatrix{
			Page: page(r, "what the cascade changes", "", recordsOf(r), figures.SingleColumn), From: r.Setup.Small, To: "Cascade",
			BothRight: d.BothRight, Broken: d.Broken, Corrected: d.Corrected, BothWrong: d.BothWrong,
		}
	})
}

// VideosFigure compares the small model with the headline cascade video by video.
// It is nil for more videos than fit on a page.
func VideosFigure(r *experiment.Result) figures.Figure {
	if r.Diagnosis == nil || len(r.Diagnosis.Videos) > mostVideos {
		return nil
	}
	return videosFigure(r, r.Diagnosis)
}

func ofDiagnosis(r *experiment.Result, draw func(*experiment.Result, *experiment.Diagnosis) figures.Figure) figures.Figure {
	if r.Diagnosis == nil {
		return nil
	}
	return draw(r, r.Diagnosis)
}
