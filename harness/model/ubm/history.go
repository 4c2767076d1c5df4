package ubm

import (
	"fmt"
	"io"
	"strconv"
)

// historyHeader are the columns of [History.WriteCSV].
const historyHeader = "member,seed,epoch,rate,train_loss,valid_loss,valid_nll,valid_mae,best\n"

// WriteCSV writes a line for each epoch, members in order: numbers in the shortest
// form that reads back to the same bits, best as true or false.
func (h *History) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, historyHeader); err != nil {
		return err
	}
	short := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	for _, e := range h.Epochs {
		if _, err := fmt.Fprintf(w, "%d,%d,%d,%s,%s,%s,%s,%s,%t\n", e.Member, e.Seed, e.Epoch, short(e.Rate),
			short(e.TrainLoss), short(e.ValidLoss), short(e.ValidNLL), short(e.ValidMAE), e.Best); err != nil {
			return err
		}
	}
	return nil
}

// Means returns, for each epoch that any member reached, the mean, least and greatest
// train and valid loss of the members that reached it.
func (h *History) Means() (train, valid []Spread) {
	for _, e := range h.Epochs {
		for len(train) < e.Epoch {
			train, valid = append(train, Spread{}), append(valid, Spread{})
		}
		train[e.Epoch-1].add(e.TrainLoss)
		valid[e.Epoch-1].add(e.ValidLoss)
	}
	return train, valid
}

// Spread is the mean of N numbers, with the least and the greatest.
type Spread struct {
	Mean, Least, Greatest float64
	N                     int
}

func (s *Spread) add(x float64) {
	if s.N == 0 {
		s.Least, s.Greatest = x, x
	}
	s.N++
	s.Mean += (x - s.Mean) / float64(s.N)
	s.Least, s.Greatest = min(s.Least, x), max(s.Greatest, x)
}
