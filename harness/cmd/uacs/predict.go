package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"

	"uacs/harness/cache"
	"uacs/harness/cascade"
	"uacs/harness/sample"
	"uacs/internal/csvtable"
	"uacs/internal/hint"
)

type predictCmd struct {
	livePlace
	Text       []string `arg:"" optional:"" help:"Texts to answer."`
	CSV        string   `name:"csv" help:"CSV file with a text in each row." placeholder:"FILE"`
	TextColumn string   `help:"Column of the texts." default:"text" placeholder:"C"`
	IDColumn   string   `name:"id-column" help:"Column of the ids (default: the line's number)." placeholder:"C"`
}

// Help is shown by --help.
func (predictCmd) Help() string {
	return `Answers are kept in the cache by their text. Nothing needs a label.

Examples:
  uacs predict -c configs/live/mosi-glove-uselite.yaml "I did not like it"
  uacs predict -c configs/live/mosi-glove-uselite.yaml --csv mine.csv --text-column review --json`
}

// Validate reports flags that contradict each other.
func (c predictCmd) Validate() error {
	switch {
	case len(c.Text) > 0 && c.CSV != "":
		return errors.New("give texts, or a file with --csv, not both")
	case len(c.Text) == 0 && c.CSV == "":
		return errors.New("give texts, or a file with --csv")
	}
	return nil
}

// Run puts the texts through the cascade.
func (c predictCmd) Run(a *app) error {
	config, place, err := c.open(a, false)
	if err != nil {
		return err
	}
	for _, s := range []*cascade.Source{&config.Small, &config.Large} {
		if s.Trained == "" && s.Endpoint == "" {
			return hint.Add(fmt.Errorf("%s: recorded answers know the clips of %s only", config.Name, config.Dataset),
				"use a config whose models are trained or endpoints")
		}
	}
	named, err := c.clips(&config)
	if err != nil {
		return err
	}
	clips, of := byText(named)
	if config.Small.Trained != "" || config.Large.Trained != "" {
		foreign(a, named)
	}
	parts, done, err := c.parts(a, &config, place)
	if err != nil {
		return err
	}
	defer done()
	parts.Range = [2]float64{-3, 3}
	if config.Dataset == "sims" || config.Dataset == "simsv2" || config.Dataset == "synth-sims" {
		parts.Range = [2]float64{-1, 1}
	}
	if config.Threshold.Fixed == nil {
		if err := c.threshold(a, &config, place, parts); err != nil {
			return err
		}
	}
	res, err := cascade.Run(a.Ctx, config, parts, clips, nil)
	if err != nil {
		return err
	}
	outcomes := make([]cascade.Outcome, len(named))
	for i := range named {
		outcomes[i] = res.Outcomes[of[i]]
		outcomes[i].Dataset, outcomes[i].Split, outcomes[i].ID = "", "", named[i].ID
	}
	if c.JSON {
		return cascade.WriteOutcomes(a.Stdout, outcomes)
	}
	for _, w := range res.Caveats {
		a.note(w)
	}
	return printAnswers(a, outcomes)
}

// byText returns a clip for each different text, whose id is made of the text, and for
// each named clip the place of its text: the cache knows a text again, whatever it is
// called, and none is asked about twice.
func byText(named []sample.Sample) (clips []sample.Sample, of []int) {
	at := map[string]int{}
	for _, s := range named {
		i, ok := at[s.Text]
		if !ok {
			i = len(clips)
			at[s.Text] = i
			s.ID = "text-" + cache.Digest(s.Text)[:16]
			s.Video = s.ID
			clips = append(clips, s)
		}
		of = append(of, i)
	}
	return clips, of
}

// foreign notes texts that the encoders of trained models, which know English, cannot read.
func foreign(a *app, clips []sample.Sample) {
	n, first := 0, ""
	for _, s := range clips {
		if !strings.ContainsFunc(s.TextEN, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
			if n++; n == 1 {
				first = s.ID
			}
		}
	}
	if n > 0 {
		a.note(fmt.Sprintf("%d of %d texts have no Latin letter, the first is %s: the trained models read English, and guess", n, len(clips), first))
	}
}

// threshold fixes the config's threshold, which its rule takes from the dataset.
func (c predictCmd) threshold(a *app, config *cascade.Config, place *cascade.Place, parts cascade.Parts) error {
	_, tune, source, scale, err := place.Clips(config)
	if err != nil {
		if hint.Of(err) == "" {
			err = hint.Add(err, "write the threshold into the config as fixed, or fetch the data it is chosen on: uacs data get %s", config.Dataset)
		}
		return fmt.Errorf("the threshold is chosen on %s/%s: %w", config.Dataset, config.Threshold.On, err)
	}
	parts.Source, parts.Range = source, scale
	at, err := cascade.FindThreshold(a.Ctx, *config, parts, tune)
	config.Threshold = cascade.Threshold{Fixed: &at}
	return err
}

// clips are the texts as clips without labels.
func (c predictCmd) clips(config *cascade.Config) ([]sample.Sample, error) {
	if c.CSV != "" {
		return c.rows(config)
	}
	var out []sample.Sample
	for i, text := range c.Text {
		if strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("text %d is empty", i+1)
		}
		out = append(out, unlabelled(config, strconv.Itoa(i+1), text))
	}
	return out, nil
}

// unlabelled is a text as a clip.
func unlabelled(config *cascade.Config, id, text string) sample.Sample {
	return sample.Sample{
		Dataset: config.Dataset, Split: config.Split, ID: id, Video: id, Text: text, TextEN: text,
		Label: sample.Unknown(), LabelT: sample.Unknown(), LabelA: sample.Unknown(), LabelV: sample.Unknown(),
	}
}

// rows are the texts of the CSV file.
func (c predictCmd) rows(config *cascade.Config) ([]sample.Sample, error) {
	data, err := os.ReadFile(c.CSV)
	if err != nil {
		return nil, err
	}
	want := csvtable.Columns{Required: []string{c.TextColumn}, Any: true}
	if c.IDColumn != "" {
		want.Required = append(want.Required, c.IDColumn)
	}
	table, err := csvtable.Open(c.CSV, data, want)
	if err != nil {
		return nil, hint.Add(err, "name the columns with --text-column and --id-column")
	}
	var out []sample.Sample
	seen := map[string]bool{}
	err = table.Each(func(r csvtable.Row) error {
		text, err := r.Filled(c.TextColumn)
		if err != nil {
			return hint.Add(err, "a row needs a text; remove the row or fill it in")
		}
		id := strconv.Itoa(r.Line)
		if c.IDColumn != "" {
			if id, err = r.Filled(c.IDColumn); err != nil {
				return hint.Add(err, "a row needs an id; leave --id-column out to use the lines' numbers")
			}
		}
		if seen[id] {
			return hint.Add(r.Errorf("id %q stands twice", id), "leave --id-column out to use the lines' numbers")
		}
		seen[id] = true
		out = append(out, unlabelled(config, id, text))
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: there is no row", c.CSV)
	}
	return out, err
}

func printAnswers(a *app, outcomes []cascade.Outcome) error {
	w := newTable(a.Stdout, 0)
	fmt.Fprintln(w, "id\tscore\tpolarity\tuncertainty\tstage\tcalls\tFLOPs\tUSD")
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%.4g\t%.4f\n", o.ID, decimals(o.Score), orDash(o.Polarity), decimals(o.USmall), o.Stage,
			o.Cost.First+o.Cost.Second, o.Cost.FLOPs, o.Cost.USD)
	}
	return w.Flush()
}

func decimals(x *float64) string {
	if x == nil {
		return "-"
	}
	return strconv.FormatFloat(*x, 'f', 4, 64)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
