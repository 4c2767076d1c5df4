package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"uacs/harness/sample"
)

// contract returns the page about exporters.
func contract(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../../docs/exporter-contract.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fenced returns the first block of a language.
func fenced(t *testing.T, page, lang string) string {
	t.Helper()
	_, after, ok := strings.Cut(page, "\n```"+lang+"\n")
	block, _, ends := strings.Cut(after, "\n```\n")
	if !ok || !ends {
		t.Fatalf("the page has no block of %s", lang)
	}
	return block + "\n"
}

// The example of the page is three sound records, read as the page says.
func TestContractExample(t *testing.T) {
	page := contract(t)
	records, warnings, err := sample.ReadPredictions(strings.NewReader(fenced(t, page, "jsonl")), "example")
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 3 || len(warnings) > 0 {
		t.Fatalf("%d records, warnings %q", len(records), warnings)
	}
	if records[0].Score == nil || records[1].Label != "positive" || records[2].OK() {
		t.Errorf("records are not a number, a word and an error: %+v", records)
	}
	for i, g := range []Grammar{mosi, three, mosi} {
		a, fail := Parse(records[i].Raw, strict(g))
		switch p := records[i]; {
		case fail != nil && p.Error != fail.Record():
			t.Errorf("record %d: Parse says %q, the record %q", i, fail.Record(), p.Error)
		case fail == nil && (a.Label != p.Label || (a.Score == nil) != (p.Score == nil) || a.Score != nil && *a.Score != *p.Score):
			t.Errorf("record %d: Parse says %+v", i, a)
		}
	}
	digests := map[string]bool{}
	for _, m := range regexp.MustCompile("`([^`\n]+ Answer [^`\n]+)`").FindAllStringSubmatch(page, -1) {
		d := sha256.Sum256([]byte(m[1]))
		digests[hex.EncodeToString(d[:])] = true
	}
	for i, p := range records {
		if !digests[p.PromptSHA256] {
			t.Errorf("record %d: the digest is of no prompt on the page", i)
		}
	}
}

// The table of fields has every key of a record, and no other.
func TestContractFields(t *testing.T) {
	_, table, _ := strings.Cut(contract(t), "| key | needed | meaning |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for _, row := range strings.Split(table, "\n") {
		for _, m := range regexp.MustCompile("`([a-z0-9_]+)`").FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
			listed[m[1]] = true
		}
	}
	for f := range reflect.TypeFor[sample.Prediction]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !listed[name] {
			t.Errorf("the table lacks %s", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("the table has %s, which no record has", name)
	}
}

// Each message of the page is the one that its record gets.
func TestContractErrors(t *testing.T) {
	const start = `{"dataset":"mosi","split":"test","id":"a","model":"m"`
	_, table, _ := strings.Cut(contract(t), "| in the record | message |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range strings.Split(table, "\n") {
		cells := strings.SplitN(strings.Trim(row, "| "), " | ", 2)
		line := start + `,"round":1,"score":1,` + strings.Trim(cells[0], "`") + "}"
		switch {
		case strings.HasPrefix(cells[0], "no `round`"):
			line = start + `,"score":1}`
		case strings.HasPrefix(cells[0], "no answer"):
			line = start + `,"round":1}`
		case strings.Contains(cells[0], `"score"`):
			line = start + `,"round":1,` + strings.Trim(cells[0], "`") + "}"
		}
		_, _, err := sample.ReadPredictions(strings.NewReader(line+"\n"), "mine.jsonl")
		if want := strings.Trim(cells[1], "`"); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", cells[0], err, want)
		}
	}
}
