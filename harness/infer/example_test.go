package infer_test

import (
	"fmt"

	"uacs/harness/infer"
)

// fourVideos are twelve clips, with what two systems got right.
var (
	fourVideos = infer.NewClusters([]string{"u", "u", "u", "v", "v", "w", "w", "w", "w", "w", "x", "x"})
	small      = []float64{1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1}
	large      = []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1}
)

func ExampleMean() {
	plan := infer.Plan{Seed: 1}
	for _, clusters := range []*infer.Clusters{infer.Singletons(12), fourVideos} {
		i, err := infer.Mean(clusters, small, nil, plan)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f [%.3f, %.3f], %s\n", i.Estimate, i.Lo, i.Hi, i.Method)
		for _, w := range i.Warnings {
			fmt.Println("  warning:", w)
		}
	}
	// Output:
	// 0.667 [0.417, 0.917], percentile bootstrap by clip
	//   warning: only 12 clusters: percentile intervals are too short below about 20
	//   warning: only 12 clips
	// 0.667 [0.250, 0.909], percentile bootstrap by cluster
	//   warning: only 4 clusters: percentile intervals are too short below about 20
	//   warning: only 12 clips
}

// A paired comparison: what is the gain, how sure is it, and could it be chance?
func ExampleDifference() {
	plan := infer.Plan{Seed: 1}
	gain, err := infer.Difference(fourVideos, large, small, nil, plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := infer.SignFlip(fourVideos, large, small, nil, plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("gain %.3f [%.3f, %.3f], P = %.3g, exact: %t\n", gain.Estimate, gain.Lo, gain.Hi, test.P, test.Exact)
	// Output:
	// gain 0.250 [0.000, 0.667], P = 0.5, exact: true
}

// A statistic that is no mean: the share of replicates in which the large system
// beats the small one by a tenth.
func ExampleResample() {
	a, size, err := fourVideos.Sums(large, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, _, err := fourVideos.Sums(small, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ahead := 0
	err = infer.Resample(fourVideos.Len(), infer.Plan{Seed: 1, Replicates: 1000}, func(_ int, weight []int32) {
		gain, n := 0.0, 0.0
		for k, w := range weight {
			gain += float64(w) * (a[k] - b[k])
			n += float64(w) * size[k]
		}
		if gain/n >= 0.1 {
			ahead++
		}
	})
	fmt.Println(ahead, "of 1000", err)
	// Output:
	// 819 of 1000 <nil>
}

func ExampleMcNemar() {
	test, err := infer.McNemar(10, 25)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("exact p = %.5f; chi2 = %.2f, p = %.5f\n", test.ExactP, test.Chi2, test.Chi2P)
	// Output: exact p = 0.01667; chi2 = 5.60, p = 0.01796
}

func ExampleMeanSE() {
	se, err := infer.MeanSE(fourVideos, small, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f, standard error %.3f by clip and %.3f by video\n", se.Mean, se.Naive, se.Clustered)
	// Output:
	// 0.667, standard error 0.142 by clip and 0.176 by video
}

func ExampleHolm() {
	adjusted, err := infer.Holm([]float64{0.01, 0.04, 0.03, 0.005})
	fmt.Println(adjusted, err)
	// Output: [0.03 0.06 0.06 0.02] <nil>
}
