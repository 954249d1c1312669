package bitmap

import "testing"

// TestSizeOfAbsentBlocks asks for blocks that have nothing, of sets in every form.
func TestSizeOfAbsentBlocks(t *testing.T) {
	var run Builder
	var w Words
	w.Fill(3000)
	run.AddWords(0, &w)
	asRun, _ := run.AppendTo(nil)
	asList, _ := Append(nil, []uint32{1, BlockRows})
	for _, data := range [][]byte{asRun, asList, run.AppendPlainTo(nil)} {
		v, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		for block := 2; block < BlockRows; block++ {
			if n := v.SizeIn(uint16(block)); n != 0 {
				t.Fatalf("block %d: %d bytes, want 0", block, n)
			}
		}
	}
	var none View
	if n := none.SizeIn(0); n != 0 {
		t.Errorf("the empty set has %d bytes", n)
	}
}

// TestSizeIn stores an array, a bitmap and a run.
func TestSizeIn(t *testing.T) {
	var rows []uint32
	for i := range uint32(100) {
		rows = append(rows, 7*i)
	}
	for i := range uint32(10_000) {
		rows = append(rows, 2*BlockRows+3*i)
	}
	for i := range uint32(5000) {
		rows = append(rows, 3*BlockRows+i)
	}
	data, err := Append(nil, rows)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for block, want := range []int{200, 0, bitmapBytes, 6, 0} {
		if got := v.SizeIn(uint16(block)); got != want {
			t.Errorf("block %d: %d bytes, want %d", block, got, want)
		}
	}
}
