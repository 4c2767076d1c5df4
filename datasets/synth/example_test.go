package synth_test

import (
	"fmt"
	"log"

	"uacs/datasets/synth"
)

// The exact values need no sample.
func ExampleEnumerate() {
	e, err := synth.Enumerate(synth.MOSI())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Title)
	fmt.Printf("small %.4f, large %.4f, oracle %.4f\n", e.Small.Value, e.Large.Value, e.Oracle.Value)
	for i, p := range e.Curve(synth.DistanceToNeutral).Points {
		if i%10 == 0 {
			fmt.Printf("defer %5.1f%%: %.4f (random %.4f)\n", 100*p.RateScored.Value, p.Accuracy.Value, p.Random)
		}
	}
	// Output:
	// SYNTHETIC MOSI-like clips (synth-mosi, seed 1)
	// small 0.7854, large 0.8476, oracle 0.9326
	// defer   0.0%: 0.7854 (random 0.7854)
	// defer  14.9%: 0.8300 (random 0.7947)
	// defer  51.6%: 0.8479 (random 0.8175)
	// defer 100.0%: 0.8476 (random 0.8476)
}

// A set holds clips, features and the answers of two models about them.
func ExampleGenerate() {
	for _, config := range []synth.Config{synth.MOSI(), synth.SIMS()} {
		set, err := synth.Generate(config)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(set.Title)
		for i := range 3 {
			s := set.Samples[i]
			fmt.Printf("%s %+.1f %s\n", s.ID, s.Label, s.Text)
			fmt.Printf("  small %+.2f, large %+.2f\n", *set.Small[i].Score, *set.Large[i].Score)
		}
	}
	// Output:
	// SYNTHETIC MOSI-like clips (synth-mosi, seed 1)
	// video_0001_0001 +1.6 Okay, the premise seemed touching and I watched it twice.
	//   small +1.09, large +1.31
	// video_0001_0002 +1.0 Well, the love story seemed flawless and I rented it last week.
	//   small +1.65, large +1.45
	// video_0001_0003 -1.6 Looking back, the lead actor is fake and I watched it twice.
	//   small -1.15, large +0.63
	// SYNTHETIC SIMS-like clips (synth-sims, seed 1)
	// video_0001_0001 -0.8 就像我说的，前半段看上去很松散。
	//   small -0.30, large -0.12
	// video_0001_0002 +1.0 嗯，剧本其实异常迷人，我事先没听说过是谁拍的。
	//   small +0.47, large +0.21
	// video_0001_0003 +0.8 就我看到的，配乐既不巧妙也不令人失望，我之前读过原著。
	//   small -0.10, large -0.13
}
