package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		blocks   int64
		parallel int
		minRange int64
		want     []string
	}{
		{0, 4, 1, []string{""}},
		{100_000, 1, 1, []string{""}},
		{4095, 4, 256, []string{""}},
		{33, 2, 4, []string{
			"ctid >= '(0,0)'::pg_catalog.tid AND ctid < '(4,0)'::pg_catalog.tid", "ctid >= '(4,0)'::pg_catalog.tid AND ctid < '(8,0)'::pg_catalog.tid",
			"ctid >= '(8,0)'::pg_catalog.tid AND ctid < '(12,0)'::pg_catalog.tid", "ctid >= '(12,0)'::pg_catalog.tid AND ctid < '(16,0)'::pg_catalog.tid",
			"ctid >= '(16,0)'::pg_catalog.tid AND ctid < '(20,0)'::pg_catalog.tid", "ctid >= '(20,0)'::pg_catalog.tid AND ctid < '(24,0)'::pg_catalog.tid",
			"ctid >= '(24,0)'::pg_catalog.tid AND ctid < '(28,0)'::pg_catalog.tid", "ctid >= '(28,0)'::pg_catalog.tid AND ctid < '(32,0)'::pg_catalog.tid",
			"ctid >= '(32,0)'::pg_catalog.tid",
		}},
	} {
		if diff := cmp.Diff(c.want, storage{blocks: c.blocks}.ranges(c.parallel, c.minRange)); diff != "" {
			t.Errorf("%d blocks over %d connections (-want +got):\n%s", c.blocks, c.parallel, diff)
		}
	}
}
