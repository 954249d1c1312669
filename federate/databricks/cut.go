package databricks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// hashed is how many columns decide which part a row falls into, at first. More are
// computed only where these do not tell rows apart: the first ones of a projection
// are a key as a rule.
const hashed = 2

// maxSkew is how many times its share of rows a part may have before another cut is
// tried.
const maxSkew = 2

// cutOf returns into how many parts rows are cut. What has no version is not: each
// part would see another state of it.
func (p *pulling) cutOf(rows int64, isPinned bool) int {
	switch {
	case !isPinned, rows < p.small && p.parts == 0, rows < int64(p.parts):
		return 1
	case p.parts > 0:
		return p.parts
	}
	return int(min((rows+p.partRows-1)/p.partRows, maxAutoParts))
}

// divide cuts the piece into n parts and asks how many rows each has. Where one has
// too many, another cut is tried, and the better one is taken: the same one for the
// same rows.
func (p *fetching) divide(ctx context.Context, n int, rows int64) error {
	for _, cut := range p.cuts(n) {
		counts, err := p.countParts(ctx, cut, n, rows)
		if err != nil {
			return err
		}
		if p.cut == "" || slices.Max(counts) < slices.Max(p.counts) {
			p.cut, p.counts = cut, counts
		}
		if slices.Max(p.counts) <= maxSkew*(rows/int64(n)+1) {
			break
		}
	}
	return nil
}

// countParts asks how many rows each of n parts has, which are rows together.
func (p *fetching) countParts(ctx context.Context, cut string, n int, rows int64) ([]int64, error) {
	answer, err := p.source.ask(ctx, p.what(), "SELECT "+cut+" AS part, count(*) AS n FROM "+p.piece.from+p.conditions(p.piece)+" GROUP BY 1")
	if err != nil {
		return nil, err
	}
	counts := make([]int64, n)
	sum := int64(0)
	for _, row := range answer {
		part, err := row.number("part")
		if err != nil {
			return nil, err
		}
		if part < 0 || part >= int64(n) || counts[part] != 0 {
			return nil, fmt.Errorf("the warehouse counted rows of part %d, expected each of 0 to %d once", part, n-1)
		}
		if counts[part], err = row.number("n"); err != nil {
			return nil, err
		}
		sum += counts[part]
	}
	if sum != rows {
		return nil, fmt.Errorf("the warehouse counted %d rows in %d parts, but %d in all", sum, n, rows)
	}
	return counts, nil
}

// cuts returns expressions that give the number of a row's part, from 0 to n-1, the
// ones to try first: functions of the row's values alone. The columns of the first
// are those whose types have many values, the second is of all.
func (p *projection) cuts(n int) []string {
	best := make([]int, len(p.names))
	for k := range best {
		best[k] = k
	}
	slices.SortStableFunc(best, func(a, b int) int {
		return cmp.Compare(fewness(p.pulled.Field(a).Type), fewness(p.pulled.Field(b).Type))
	})
	var cuts []string
	for _, columns := range [][]int{best[:min(hashed, len(best))], best} {
		names := make([]string, len(columns))
		for i, k := range columns {
			names[i] = p.names[k]
		}
		cuts = append(cuts, "pmod(xxhash64("+strings.Join(names, ", ")+"), "+strconv.Itoa(n)+")")
	}
	return slices.Compact(cuts)
}

// fewness ranks types by how well their values tell rows apart, the best first, and
// those that take long to hash last.
func fewness(t arrow.DataType) int {
	switch t.ID() {
	case arrow.INT64, arrow.INT32, arrow.STRING, arrow.TIMESTAMP, arrow.DECIMAL128:
		return 0
	case arrow.DATE32, arrow.INT16, arrow.INT8:
		return 1
	case arrow.FLOAT64, arrow.FLOAT32:
		return 2
	case arrow.BOOL:
		return 3
	}
	return 4
}
