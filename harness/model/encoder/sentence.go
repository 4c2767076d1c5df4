package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"uacs/harness/model/encoder/unigram"
	"uacs/harness/model/encoder/uselite"
	"uacs/harness/model/onnx"
)

// sentenceLayout names the features of this version of use-lite.
const sentenceLayout = "use-lite features 1: embedding mean, capitals lowered"

// NewUSELite returns the encoder named use-lite over the bytes of a model that
// package uselite converted and its vocabulary of pieces. name is used in
// errors; the library must have been loaded by onnx.Init. A text has 1,024 features: its
// embedding, of length 1, and the mean of the last layer's states. Texts are cut
// off after uselite.MaxTokens pieces, and one all in capitals is read in lower
// case; the tallies tell.
//
// workers bounds the batches that run at once; 0 is the number of processors. The
// model stays open until the process ends.
func NewUSELite(name string, data []byte, pieces []unigram.Piece, workers int) (Text, error) {
	t, err := unigram.New(pieces)
	if err != nil {
		return nil, fmt.Errorf("use-lite: %w", err)
	}
	weigh, err := weigher(name, data)
	if err != nil {
		return nil, fmt.Errorf("use-lite: %w", err)
	}
	model, err := onnx.OpenBytes(name, data, onnx.Options{})
	if err != nil {
		return nil, fmt.Errorf("use-lite: %w", err)
	}
	h := sha256.New()
	fmt.Fprintln(h, sentenceLayout)
	fmt.Fprintln(h, model.Digest(), onnx.Version())
	digestPieces(h, pieces)
	e := &sequenceEncoder{
		name:     USELite,
		digest:   hex.EncodeToString(h.Sum(nil)),
		dim:      2 * uselite.Width,
		tokenize: func(text string) sequence { return cut(t.Encode(text), unigram.Unknown, uselite.MaxTokens) },
		weigh:    weigh,
		workers:  workers,
	}
	e.run = func(ctx context.Context, batch [][]int32, dst [][]float32) error {
		return runSentences(ctx, model, batch, dst)
	}
	return e, nil
}

func digestPieces(w io.Writer, pieces []unigram.Piece) {
	for _, p := range pieces {
		fmt.Fprintf(w, "%q %v\n", p.Text, p.Score)
	}
}

// cut keeps the first limit tokens and counts.
func cut(ids []int32, unknown int32, limit int) sequence {
	q := sequence{ids: ids}
	if len(ids) > limit {
		q.ids, q.tally.Dropped = ids[:limit], int32(len(ids)-limit)
	}
	q.tally.Tokens = int32(len(q.ids))
	for _, id := range q.ids {
		if id == unknown {
			q.tally.Unknown++
		}
	}
	return q
}

func runSentences(ctx context.Context, model *onnx.Model, batch [][]int32, dst [][]float32) error {
	ids, mask := flat(batch)
	rows, length := int64(len(batch)), int64(len(batch[0]))
	out, err := model.Run(ctx, map[string]onnx.Tensor{
		uselite.InputIDs:  onnx.Int64(ids, rows, length),
		uselite.InputMask: onnx.Int64(mask, rows, length),
	})
	if err != nil {
		return err
	}
	for k, name := range []string{uselite.Embedding, uselite.Mean} {
		v := out[name].Floats()
		if len(v) != len(batch)*uselite.Width {
			return fmt.Errorf("output %q has %d entries, want %d rows of %d", name, len(v), rows, uselite.Width)
		}
		for i := range dst {
			copy(dst[i][k*uselite.Width:], v[i*uselite.Width:][:uselite.Width])
		}
	}
	return nil
}
