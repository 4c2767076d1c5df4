package leak

import (
	"fmt"
	"math"

	"uacs/harness/sample"
)

// labelTolerance is what labels may differ by that are the same: they are
// stored with 32 bits here and with 64 there.
const labelTolerance = 1e-5

// Labels compares what two sources say about the clips that both have, by id:
// how many labels differ, how many differ in sign, how many clips stand in
// another split, and which clips only one of them has. Each line but the
// last two is flagged if it is not zero. NaN is a label like any other here.
func Labels(a, b []sample.Sample) []Row {
	byID := map[string]*sample.Sample{}
	for i := range b {
		byID[b[i].ID] = &b[i]
	}
	n, onlyA := 0, 0
	differ, sign, split := disagreement{what: "labels differ"}, disagreement{what: "signs differ"}, disagreement{what: "in another split"}
	for i := range a {
		other := byID[a[i].ID]
		if other == nil {
			onlyA++
			continue
		}
		n++
		x, y := a[i].Label, other.Label
		if math.IsNaN(x) != math.IsNaN(y) || math.Abs(x-y) > labelTolerance {
			differ.add(a[i].ID)
		}
		if signOf(x) != signOf(y) {
			sign.add(a[i].ID)
		}
		if a[i].Split != other.Split {
			split.add(a[i].ID)
		}
	}
	return []Row{
		differ.row(n), sign.row(n), split.row(n),
		{Check: "labels", Where: "only in the first", Value: fmt.Sprint(onlyA), N: len(a)},
		{Check: "labels", Where: "only in the second", Value: fmt.Sprint(len(byID) - n), N: len(b)},
	}
}

type disagreement struct {
	what  string
	count int
	first string
}

func (d *disagreement) add(id string) {
	if d.count++; d.count == 1 {
		d.first = id
	}
}

func (d *disagreement) row(n int) Row {
	r := Row{Check: "labels", Where: d.what, Value: fmt.Sprint(d.count), N: n, Flag: d.count > 0}
	if d.count > 0 {
		r.Note = "first: " + d.first
	}
	return r
}

// signOf is -1, 0 or 1, and 2 for NaN.
func signOf(x float64) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	case x == 0:
		return 0
	}
	return 2
}

// Balance gives for each split the shares of negative, neutral and positive
// clips. A split is flagged if its majority, of negative and positive, is not
// that of train and the shares of positive differ by two standard errors: a
// constant answer that is good in train is then worse than chance.
func Balance(clips []sample.Sample) []Row {
	var rows []Row
	var train [3]int
	for _, split := range splits {
		var count [3]int
		n := 0
		for i := range clips {
			if s := signOf(clips[i].Label); clips[i].Split == split && s != 2 {
				count[s+1]++
				n++
			}
		}
		if n == 0 {
			continue
		}
		r := Row{Check: "balance", Where: string(split), Value: fmt.Sprintf("-%d 0:%d +%d", count[0], count[1], count[2]), N: n}
		sign, majority := signOf(float64(count[2]-count[0])), signOf(float64(train[2]-train[0]))
		if split == sample.Train {
			train = count
		} else if majority*sign < 0 && apart(train, count) {
			r.Flag, r.Note = true, fmt.Sprintf("the majority is %s, in train it is %s", polarity(sign), polarity(majority))
		}
		rows = append(rows, r)
	}
	return rows
}

// apart reports whether the shares of positive, of the clips that are not
// neutral, differ by two standard errors.
func apart(a, b [3]int) bool {
	n, m := float64(a[0]+a[2]), float64(b[0]+b[2])
	p, q := float64(a[2])/n, float64(b[2])/m
	return math.Abs(p-q) >= 2*math.Sqrt(p*(1-p)/n+q*(1-q)/m)
}

func polarity(sign int) string {
	if sign < 0 {
		return "negative"
	}
	return "positive"
}
