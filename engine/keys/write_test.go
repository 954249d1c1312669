package keys

import (
	"testing"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

func TestWriteTableErrors(t *testing.T) {
	discard := func(toc.Tag, uint32, []byte) error { return nil }
	ints := newColumn([]int64{7, 8, 9, 7}, nil, blockRows)
	texts := newColumn([]string{"x", "y", "x"}, nil, blockRows)
	for _, hash := range hashVariants {
		err := writeTable(ints, 4, discard, hash, maxChunkKeys)
		wantError(t, err, "keys: the rows 0 and 3 have the same key")
		err = writeTable(texts, 3, discard, hash, maxChunkKeys)
		wantError(t, err, "keys: the rows 0 and 2 have the same key")
	}
	wantError(t, WriteTable(ints, 1<<32, discard), "keys: 4294967296 rows, at most 4294967295 fit")
	dates := column.NewColumn(model.Type{Kind: model.Date}, &blocks{})
	wantError(t, WriteTable(dates, 1, discard), "keys: a key is a string or a number (int64), found date")
	for _, tag := range []toc.Tag{tagHeader, tagDirectory, tagEntries} {
		wantError(t, WriteTable(newColumn([]string{"x"}, nil, blockRows), 1, func(added toc.Tag, _ uint32, _ []byte) error {
			if added == tag {
				return errTest
			}
			return nil
		}), "the disk is on fire")
	}
	// Too few rows.
	wantError(t, WriteTable(ints, 5, discard), "keys: block 0 of the keys has 4 rows, expected 5")
}

func TestShape(t *testing.T) {
	for _, c := range []struct {
		n, chunkKeys    uint64
		buckets, chunks uint32 // bits
	}{
		{0, maxChunkKeys, 0, 0},
		{1, maxChunkKeys, 0, 0},
		{8, maxChunkKeys, 0, 0},
		{9, maxChunkKeys, 1, 0},
		{16, maxChunkKeys, 1, 0},
		{17, maxChunkKeys, 2, 0},
		{maxChunkKeys, maxChunkKeys, 19, 0},
		{maxChunkKeys + 1, maxChunkKeys, 20, 1},
		{100_000_000, maxChunkKeys, 24, 5},
		{uint64(NoRow), maxChunkKeys, maxBucketBits, maxChunkBits},
		{20, 2, 4, 4},
	} {
		if got, want := newShape(c.n, c.chunkKeys), (shape{c.buckets, c.chunks}); got != want {
			t.Errorf("%d keys, %d to a chunk: %+v, want %+v", c.n, c.chunkKeys, got, want)
		}
	}
}
