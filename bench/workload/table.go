package workload

import "fmt"

const (
	schemaMain   = "main"
	schemaEvents = "events"

	// partRows is about how many rows a part file has, where a table has so many.
	partRows = 1 << 21

	// eventGroupRows and customerGroupRows are about how many rows a row group has;
	// an hour's events stay together. What is held in memory follows from them, which
	// is why customers of many columns have row groups of no more than so many values.
	eventGroupRows      = 1 << 18
	customerGroupRows   = 1 << 17
	customerGroupValues = 1 << 21
)

// tablePlan is a table, or a stretch of it, that is going to be written. Its rows
// come in steps, which are hours of events or blocks of customers; any of them can
// be made without the others.
type tablePlan struct {
	schema, name string
	columns      []column
	lo, hi       int // the steps that are written
	grain        int // steps that stay in one part file
	parts, first int // part files, and the number of the first
	rows         int64
	groupRows    int
	before       func(step int) int64    // rows of all steps before one; nil where there are no days
	fill         func(r *rows, step int) // appends the rows of a step
}

// onlyDay turns the plan of all days of a table of events into that of one day
// behind them, day 0 being the first. The number of its part file is the next that
// the days before leave free.
func (t *tablePlan) onlyDay(day int) {
	t.lo, t.hi = t.hi+24*day, t.hi+24*(day+1)
	t.first, t.parts = t.parts+day, 1
	t.rows = t.before(t.hi) - t.before(t.lo)
}

func (t *tablePlan) String() string { return t.schema + "." + t.name }

// steps returns the half-open range of steps of a part, counted from 0.
func (t *tablePlan) steps(part int) (lo, hi int) {
	grains := int64((t.hi - t.lo + t.grain - 1) / t.grain)
	at := func(part int) int {
		return min(t.hi, t.lo+t.grain*int(grains*int64(part)/int64(t.parts)))
	}
	return at(part), at(part + 1)
}

// partName returns the name of a part file.
func partName(number int) string { return fmt.Sprintf("part-%04d.parquet", number) }

// partsFor returns how many files a number of rows is written to, of which each has
// at least one of the grains.
func partsFor(rows int64, grains int) int {
	return int(max(1, min(int64(grains), (rows+partRows-1)/partRows)))
}
