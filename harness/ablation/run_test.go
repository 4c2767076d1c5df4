package ablation

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"uacs/harness/experiment"
)

func TestTmpRun(t *testing.T) {
	root := os.DirFS("../..")
	predictors, err := experiment.LoadPredictors(root, "configs/predictors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"synth-sims", "synth-mosi", "simsv2", "sims", "mosi", "mosei"} {
	fmt.Println("=====", name)
	p, err := LoadPlan(root, "configs/ablations/"+name+"-grid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	data := os.DirFS("/work/shared/data")
	g, err := Expand(p, predictors, data)
	if err != nil {
		t.Fatal(err)
	}
	dir := "/tmp/abl-store"
	os.RemoveAll(dir)
	start := time.Now()
	s, err := Run(context.Background(), g, Options{Store: dir, Predictors: predictors, Data: data})
	fmt.Println(s, err, time.Since(start))
	cells, err := ReadStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	table, err := Merge(g, cells)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%+v %d\n", table.Counts, len(table.Missing))
	na := map[string]int{}
	for _, c := range cells {
		if c.NA != "" {
			na[c.NA]++
			continue
		}
		for _, p := range c.Policies {
			if p.NA != "" {
				na[p.Label+" "+p.NA]++
			}
		}
		for _, w := range c.Warnings {
			na["W "+w]++
		}
	}
	for k, v := range na {
		if !strings.Contains(k, "uncertainty ") && !strings.Contains(k, "a control") {
		fmt.Println(v, k)
		}
	}
	}
}
