package ubm

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"uacs/harness/sample"
	"uacs/internal/detsum"
)

// Card returns the model card in Markdown: data, numbers on valid and test with 95 %
// intervals by resampling videos, calibration before and after the temperature,
// hyperparameters, caveats and citations. judged has what [Model.Judge] says of valid and
// test; a split that is not in it is left out. Further sections, in Markdown and each with an
// empty line at its end, come behind the numbers. The same model and data give the same bytes.
func Card(m *Model, h *History, d *Data, judged map[sample.Split]*Quality, sections ...string) string {
	var b strings.Builder
	c := &m.Config
	fmt.Fprintf(&b, "# %s\n\n", c.Title)
	if m.Provenance.Synthetic {
		b.WriteString("**SYNTHETIC**: generated clips. The numbers say nothing about people.\n\n")
	}
	to := fmt.Sprintf("%d bins → expected score", len(c.Bins))
	if c.Loss.Kind == AbsoluteError {
		to = "score"
	}
	fmt.Fprintf(&b, "`%s`: %s → %s. %s.\n\n", c.Name, strings.Join(c.Modalities, ", "), to, m.summary())
	m.cardData(&b, d)
	for _, split := range []sample.Split{sample.Valid, sample.Test} {
		if q := judged[split]; q != nil {
			q.card(&b, m, split)
		}
	}
	for _, s := range sections {
		b.WriteString(s)
	}
	m.cardTraining(&b, h)
	list(&b, "Caveats", append(m.caveats(), m.flattered()))
	open := "Choices that the paper leaves open"
	if len(c.Published) > 0 {
		open = "Choices that differ from the published code, or that it leaves open"
	}
	list(&b, open, c.Hypotheses)
	list(&b, "Licences of the sources", m.Provenance.Licences)
	list(&b, "Citations", m.Provenance.Citations)
	return b.String()
}

// flattered is the caveat about the valid split.
func (m *Model) flattered() string {
	if !m.Config.Temperature {
		return "The valid split has stopped the training: numbers on it flatter the model."
	}
	return "The valid split has stopped the training and set the temperature: numbers on it flatter the model."
}

// caveats are what a reader of any number of the model must know.
func (m *Model) caveats() []string {
	var all []string
	all = append(all, m.Config.Caveats...)
	all = append(all, m.Provenance.Warnings...)
	return append(all, m.Warnings...)
}

func (m *Model) summary() string {
	flops := strconv.FormatFloat(m.FLOPs(), 'f', 0, 64) + " FLOPs a clip, encoding the text not counted"
	if m.Config.OfFrames() {
		flops = strconv.FormatFloat(m.FLOPs(), 'f', 0, 64) + " FLOPs for a clip of mean length, making the features not counted"
	}
	if len(m.members) == 1 {
		return fmt.Sprintf("%d parameters, %s", m.Parameters(), flops)
	}
	return fmt.Sprintf("%d members of %d parameters each, together %s", len(m.members), m.Parameters(), flops)
}

func (m *Model) cardData(b *strings.Builder, d *Data) {
	b.WriteString("## Data\n\n| split | clips | videos | without features |\n|---|---:|---:|---:|\n")
	for _, split := range sample.Splits {
		p := d.Part(split)
		fmt.Fprintf(b, "| %s | %d | %d | %d |\n", split, p.N(), countDistinct(p.Videos), len(p.Unreadable))
	}
	b.WriteString("\n")
	if lent, lenders := d.Train.lent(m.Dataset); lent > 0 {
		fmt.Fprintf(b, "Of the train clips %d are lent by %s, at weight %v; videos that %s has too are left out.\n\n",
			lent, strings.Join(lenders, ", "), m.Config.Lent, m.Dataset)
	}
	rows := [][2]string{{"dataset", m.Dataset}, {"data digest", m.Provenance.Digest}}
	if m.Provenance.EncoderName != "" {
		rows = append(rows, [2]string{"text encoder", m.Provenance.EncoderName}, [2]string{"encoder digest", m.Provenance.EncoderDigest})
	}
	for i, name := range m.Config.Modalities {
		rows = append(rows, [2]string{name + " features", strconv.Itoa(m.shape.dims[i])})
	}
	for i, s := range m.Config.Streams {
		rows = append(rows, [2]string{fmt.Sprintf("stream %d", i+1), s.describe(m.frames[i])})
	}
	table(b, append(rows, [2]string{"training digest", m.Digest}))
}

// lent counts the clips of other datasets, and names these in order of appearance.
func (p *Part) lent(own string) (n int, lenders []string) {
	for _, d := range p.Datasets {
		if d == own {
			continue
		}
		n++
		if !slices.Contains(lenders, d) {
			lenders = append(lenders, d)
		}
	}
	return n, lenders
}

func (q *Quality) card(b *strings.Builder, m *Model, split sample.Split) {
	fmt.Fprintf(b, "## %s split: n = %d clips, %d videos\n\n", strings.ToUpper(string(split[:1]))+string(split[1:]), q.Clips, q.Videos)
	fmt.Fprintf(b, "Metrics by profile `%s`; 95 %% intervals from %d bootstrap replicates by video.\n\n", m.Config.Profile, m.Config.Replicates)
	many := len(m.members) > 1
	head, rule := "| metric | value | interval | n |", "|---|---:|---|---:|"
	if many {
		head, rule = head+" mean ± std of single members |", rule+"---:|"
	}
	b.WriteString(head + "\n" + rule + "\n")
	for _, v := range q.Metrics {
		value, interval := "n/a: "+v.NA, "–"
		if v.Value != nil {
			value = fmt.Sprintf("%.4f", *v.Value)
		}
		if v.Lo != nil {
			interval = fmt.Sprintf("%.4f to %.4f", *v.Lo, *v.Hi)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %d |", v.Name, value, interval, v.N)
		if many {
			fmt.Fprintf(b, " %s |", meanStd(v.Members))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	if m.Config.Loss.Kind != AbsoluteError {
		q.cardCalibration(b)
	}
	for _, w := range q.Warnings {
		fmt.Fprintf(b, "- %s\n", w)
	}
	if len(q.Warnings) > 0 {
		b.WriteString("\n")
	}
}

func (q *Quality) cardCalibration(b *strings.Builder) {
	b.WriteString("| calibration | NLL (nats) | Brier | ECE of the likeliest bin, 10 equal bins |\n|---|---:|---:|---:|\n")
	for _, r := range []struct {
		name string
		c    Calibration
	}{{"before temperature", q.Before}, {"after temperature", q.After}} {
		fmt.Fprintf(b, "| %s | %.4f | %.4f | %.4f |\n", r.name, r.c.NLL, r.c.Brier, r.c.ECE)
	}
	b.WriteString("\n")
}

// meanStd writes mean and population standard deviation.
func meanStd(x []float64) string {
	mean := detsum.Mean(x)
	dev := make([]float64, len(x))
	for i, v := range x {
		dev[i] = v - mean
	}
	if len(x) == 0 || math.IsNaN(mean) {
		return "n/a"
	}
	return fmt.Sprintf("%.4f ± %.4f", mean, math.Sqrt(detsum.Dot(dev, dev)/float64(len(x))))
}

func (m *Model) cardTraining(b *strings.Builder, h *History) {
	c, o := &m.Config, m.Config.Optimiser
	target := string(c.Target.Kind)
	if c.Target.Kind == Gaussian {
		target += fmt.Sprintf(", width %v", c.Target.Width)
	}
	loss := fmt.Sprintf("%s + %v · absolute error of the expected score", c.Loss.Kind, c.Loss.MAE)
	bins := numbers(c.Bins)
	if c.Loss.Kind == AbsoluteError {
		bins, target, loss = "none: a regression", "the label", "absolute error"
	}
	network := [][2]string{
		{"fusion, hidden width", fmt.Sprintf("%s, %d", c.Fusion, c.Hidden)},
		{"dropout of projections, features, modalities", fmt.Sprintf("%v, %v, %v", c.Dropout.Hidden, c.Dropout.Inputs, c.Dropout.Modality)},
	}
	if c.OfFrames() {
		network = [][2]string{
			{"layers behind the streams", widths(c.Head)},
			{"dropout of the streams' vectors, the layers behind, modalities", fmt.Sprintf("%v, %v, %v", c.Dropout.Hidden, c.Dropout.Head, c.Dropout.Modality)},
		}
	}
	optimiser := "AdamW"
	if o.Coupled {
		optimiser = "Adam with an L2 penalty"
	}
	norm := fmt.Sprintf("gradient norm at most %v", o.Clip)
	if o.Clip == 0 {
		norm = "gradient of any norm"
	}
	b.WriteString("## Training\n\n")
	table(b, slices.Concat([][2]string{
		{"bins", bins},
		{"target", target},
		{"loss", loss},
	}, network, [][2]string{
		{"optimiser", fmt.Sprintf("%s, rate %v (%s, warm-up %v epochs), decay %v, %s", optimiser, o.Rate, o.Schedule, o.Warmup, o.Decay, norm)},
		{"batch, most epochs", fmt.Sprintf("%d, %d", o.Batch, o.Epochs)},
		{"stopped by", fmt.Sprintf("valid %s, patience %d", c.Stop.Metric, c.Stop.Patience)},
		{"Monte-Carlo passes", strconv.Itoa(c.Passes)},
	}))
	b.WriteString("| seed | epoch kept | temperature |\n|---:|---:|---:|\n")
	for j, s := range c.Seeds {
		fmt.Fprintf(b, "| %d | %d | %.4f |\n", s, h.Kept[j], m.members[j].temperature)
	}
	b.WriteString("\n")
}

func table(b *strings.Builder, rows [][2]string) {
	b.WriteString("| | |\n|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(b, "| %s | %s |\n", r[0], r[1])
	}
	b.WriteString("\n")
}

func list(b *strings.Builder, title string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "## %s\n\n", title)
	for _, s := range items {
		fmt.Fprintf(b, "- %s\n", s)
	}
	b.WriteString("\n")
}
