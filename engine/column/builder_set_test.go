package column

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestSetRow turns the rows of builders around, over values that are there.
func TestSetRow(t *testing.T) {
	shared := NewShared(7, NewTexts(3))
	for row, text := range []string{"a", "b", "c", "d", "a", "e"} { // row 6 is NULL
		shared.SetString(row, text)
	}
	for _, from := range append(samples(), shared) {
		turned := []uint32{6, 5, 4, 3, 2, 1, 0}
		into := []*Builder{NewBuilder(from.Type(), 0)}
		if from.Type().Kind == model.String {
			into = append(into, NewShared(0, NewTexts(2)))
		}
		for _, b := range into {
			b.AppendRows(from, turned[:3])
			b.AppendRows(from, turned[:4])
			for row, at := range turned {
				b.SetRow(row, from, int(at))
			}
			want, err := from.Take(turned)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.Take([]uint32{0, 1, 2, 3, 4, 5, 6})
			if err != nil {
				t.Fatal(err)
			}
			if !array.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", from.Type(), got, want)
			}
		}
	}
}
