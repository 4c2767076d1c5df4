package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"uacs/harness/experiment"
)

// noExample are commands that need none: they take no argument and do one thing.
var noExample = map[string]bool{"version": true}

// Every command has an example in its --help, and the command line of every
// example is one that the parser takes.
func TestEveryHelpHasAnExample(t *testing.T) {
	var c cli
	parser := kong.Must(&c, kong.Name("uacs"), kong.Exit(func(int) {}))
	for _, leaf := range parser.Model.Leaves(true) {
		path := strings.TrimPrefix(leaf.FullPath(), "uacs ")
		_, text, found := strings.Cut(leaf.Detail, "Example")
		if !found {
			if !noExample[path] {
				t.Errorf("uacs %s --help has no example", path)
			}
			continue
		}
		lines := 0
		for line := range strings.Lines(text) {
			_, command, is := strings.Cut(strings.TrimSpace(line), "uacs ")
			if !is {
				continue
			}
			lines++
			// What a shell does beyond splitting words is not the parser's.
			command, _, _ = strings.Cut(command, " >")
			command, _, _ = strings.Cut(command, " |")
			var again cli
			p := kong.Must(&again, kong.Name("uacs"), kong.Exit(func(int) {}))
			if _, err := p.Parse(words(command)); err != nil {
				t.Errorf("example uacs %s: %v", command, err)
			}
		}
		if lines == 0 {
			t.Errorf("uacs %s --help speaks of an example and shows none", path)
		}
	}
}

// words splits a command line as a shell does, as far as examples need it.
func words(line string) []string {
	var out []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case quote == 0 && r == ' ':
			if word.Len() > 0 || open {
				out = append(out, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(r)
		}
	}
	if word.Len() > 0 || open {
		out = append(out, word.String())
	}
	return out
}

func TestSparklineHeights(t *testing.T) {
	r := handResult()
	// By hand: 0.5 is the lowest of 8 heights and 0.7 the highest, a step is 0.2/7. So
	// 0.5, 0.54, ..., 0.7 are at 0, 1.4, 2.8, 4.2, 5.6, 7, and 0.68, 0.66, ..., 0.6 at
	// 6.3, 5.6, 4.9, 4.2, 3.5, each rounded.
	if got, want := sparkline(r), "▁▂▄▅▇█▇▇▆▅▅"; got != want {
		t.Errorf("sparkline %s, want %s", got, want)
	}
}

// handResult has one curve: accuracy 0.5 + 0.4·rate up to half, then down to 0.6.
func handResult() *experiment.Result {
	c := experiment.Curve{Measure: "m", Fusion: "f", Role: "measure"}
	for k := range 11 {
		rate := float64(k) / 10
		y := 0.5 + 0.4*rate
		if rate > 0.5 {
			y = 0.7 - 0.2*(rate-0.5)
		}
		c.Points = append(c.Points, experiment.CurvePoint{Rate: experiment.Number(rate), Accuracy: experiment.Number(y)})
	}
	return &experiment.Result{Setup: experiment.Setup{Headline: experiment.Headline{Measure: "m", Fusion: "f"}}, Curves: []experiment.Curve{c}}
}
