package features_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"uacs/harness/features"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "clips.csv")
	table := "split,id,label,pitch,loudness\ntrain,u_1,1,220.5,-inf\ntest,v_1,-1,180,3\n"
	if err := os.WriteFile(name, []byte(table), 0o644); err != nil {
		log.Fatal(err)
	}

	s, err := features.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	report, err := features.Inspect(s)
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range report.Arrays {
		fmt.Println(s.Format, a.Split, a.Name, a.Shape, a.NegInf)
	}
	var copied bytes.Buffer
	if err := features.Write(&copied, s, report.Digest, features.Recipe{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// csv train columns [1 2] 1
	// csv test columns [1 2] 0
}
