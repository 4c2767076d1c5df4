package reproduce

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"uacs/harness/report"
	"uacs/harness/sensitivity"
)

const studyFile = `name: NAME
title: SYNTHETIC test study
experiment: EXPERIMENT
replicates: 100
vary:
  - {key: tolerance, default: "DEFAULT", values: ["DEFAULT", "0.02"]}
`

// Studies run after the experiments, come from the cache with the same bytes, and one
// whose data is absent keeps its lines of the manifest.
func TestStudiesAreReproduced(t *testing.T) {
	o := project(t, "a")
	c, err := Configs(o.Root, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	study := strings.NewReplacer("NAME", "study", "EXPERIMENT", "a", "DEFAULT", strconv.FormatFloat(c[0].Tolerance, 'g', -1, 64)).Replace(studyFile)
	put(t, o.Root, sensitivity.Dir+"/study.yaml", study)
	first := reproduce(t, o)
	want := tree(t, o.Out)
	const table = "results/tables/sensitivity-study.md"
	if len(first.Studies) != 1 || first.Studies[0].Cached || want[table] == "" || !strings.Contains(want[report.ManifestPath], table) {
		t.Fatalf("studies %+v, table %q", first.Studies, want[table])
	}
	second := reproduce(t, o)
	if !second.Studies[0].Cached || second.Written != 0 || len(second.Changes) != 0 {
		t.Errorf("the second run: %+v", second)
	}
	put(t, o.Root, "configs/models/glove.yaml", gloveModel)
	put(t, o.Root, sensitivity.Dir+"/study.yaml", strings.Replace(study, "replicates", "model: glove\nlabel: GloVe\nreplicates", 1))
	t.Setenv("UACS_MODELS", t.TempDir())
	third := reproduce(t, o)
	if len(third.Studies) != 1 || !errors.Is(third.Studies[0].Why, fs.ErrNotExist) {
		t.Errorf("without word vectors: %+v", third.Studies)
	}
	if m := tree(t, o.Out)[report.ManifestPath]; !strings.Contains(m, table) {
		t.Errorf("the manifest lost a study that could not be made:\n%s", m)
	}
}

const gloveModel = `name: glove
title: SYNTHETIC
tier: synth
datasets: [synth-mosi]
modalities: [text]
encoders: [glove]
bins: [-3, 0, 3]
hidden: 4
optimiser: {rate: 0.01, clip: 1, batch: 64, epochs: 1}
seeds: [1]
`
