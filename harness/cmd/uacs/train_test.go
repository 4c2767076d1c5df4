package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/model/ubm"
)

// Every committed model loads, is called as its file, and has five seeds.
func TestCommittedModels(t *testing.T) {
	root := os.DirFS("../../..")
	files, err := filepath.Glob("../../../" + modelsDir + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d models, error %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		c, err := ubm.LoadConfig(root, modelsDir+"/"+name)
		if err != nil {
			t.Error(err)
			continue
		}
		if c.Name != strings.TrimSuffix(name, ".yaml") || len(c.Seeds) != 5 || len(c.Hypotheses) == 0 {
			t.Errorf("%s: name %s, %d seeds, %d hypotheses", name, c.Name, len(c.Seeds), len(c.Hypotheses))
		}
	}
}
