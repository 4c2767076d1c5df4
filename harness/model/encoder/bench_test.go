package encoder

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkEncode measures texts a second on sentences of 5 to 29 words.
func BenchmarkEncode(b *testing.B) {
	const words = "i did not think that the movie was as good as they all said it would be but the acting was great and the music was really really nice"
	var texts []string
	for i := range 64 {
		end := 0
		for spaces := 0; end < len(words) && spaces < 5+i%24; end++ {
			if words[end] == ' ' {
				spaces++
			}
		}
		texts = append(texts, words[:end])
	}
	for _, name := range []string{Glove, USELite} {
		for _, workers := range []int{1, 0} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				e := open(b, name, Options{Workers: workers})
				for b.Loop() {
					if _, _, err := e.Encode(context.Background(), texts); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
			})
		}
	}
}
