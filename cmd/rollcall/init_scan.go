package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// sampledRows is how many rows of a table whose key repeats are read to see
// whether they are of customers.
const sampledRows = 10_000

// keyScan is what reading a column as a key has shown.
type keyScan struct {
	table   int    // position in guesser.tables
	column  string // that was looked at
	rows    int64  // read
	nulls   int64  // of rows
	known   int64  // of rows: those with a key of the master table
	total   int64  // rows that the table has; -1: unknown
	repeats bool
	seen    map[string]struct{} // values, up to the first that repeats
	failed  error               // the column cannot be a key, or cannot be read
}

// scanKeys reads a column as a key, to its end or, for a key of the master table
// (keys is nil), to the first value that repeats; for another table, to sampledRows
// if one repeats. A source that runs SQL counts instead. It fails only where ctx is
// done.
func (g *guesser) scanKeys(ctx context.Context, i int, column string, keys *keyScan) (*keyScan, error) {
	if g.engine != nil {
		return g.countKeys(ctx, i, column, keys)
	}
	t := g.tables[i]
	if texter, ok := t.(source.Texter); ok {
		if text, ok := texter.Text(column); ok {
			t = text // as a build reads keys
		}
	}
	s := &keyScan{table: i, column: column, total: t.Info().Rows, seen: map[string]struct{}{}}
	for batch, err := range t.Scan(ctx, []string{column}) {
		if err != nil {
			s.failed = err
			break
		}
		if !s.add(batch.Column(0), keys) {
			break
		}
		g.bar.show("look at "+tableName(g.refs[i]), "rows", s.rows, s.total)
	}
	return s, ctx.Err()
}

// add looks at more values and reports whether those after them are wanted.
func (s *keyScan) add(values arrow.Array, keys *keyScan) bool {
	for i := range values.Len() {
		s.rows++
		if values.IsNull(i) {
			s.nulls++
			continue
		}
		key := values.ValueStr(i)
		if keys != nil {
			if _, known := keys.seen[key]; known {
				s.known++
			}
		}
		if !s.repeats {
			if _, s.repeats = s.seen[key]; !s.repeats {
				s.seen[strings.Clone(key)] = struct{}{}
			}
		}
		if s.repeats && (keys == nil || s.rows >= sampledRows) {
			return false
		}
	}
	return true
}

// String gives the number of rows, and of NULLs where all were read.
func (s *keyScan) String() string {
	switch {
	case !s.repeats:
		return rowsText(s.rows) + ", " + wording.Plural(s.nulls, "NULL", "NULLs")
	case s.total >= 0:
		return rowsText(s.total)
	}
	return "at least " + rowsText(s.rows)
}

// knownText says how many of the rows read are of customers.
func (s *keyScan) knownText() string {
	switch {
	case s.known == s.rows && s.repeats && s.rows < s.total:
		return "the first " + wording.Number(s.rows) + " are all of customers"
	case s.known == s.rows:
		return "all of customers"
	case s.repeats && s.rows < s.total:
		return fmt.Sprintf("%s of the first %s are of customers", wording.Number(s.known), wording.Number(s.rows))
	}
	return wording.Number(s.known) + " of customers"
}

// whyNot says why the column cannot be the key of a master table, "" if it can.
func (s *keyScan) whyNot() string {
	switch {
	case s.failed != nil:
		return strings.ReplaceAll(s.failed.Error(), "\n", "; ")
	case s.rows == 0:
		return "the table has no rows"
	case s.rows == s.nulls:
		return "it is always NULL"
	case s.repeats:
		return "it repeats"
	}
	return ""
}

// timeGuess is a column that may be the time of events.
type timeGuess struct {
	column string
	what   string // kind of values, for people
	score  int
}

// times returns the columns of a table that can be the time of its events, the
// likeliest first, and of those that are only called so why they cannot.
func (g *guesser) times(ctx context.Context, m *masterGuess, i int, link string) (times []timeGuess, rejected []string, err error) {
	for _, f := range g.tables[i].Schema().Fields() {
		if f.Name == link || strings.TrimSpace(f.Name) == "" {
			continue
		}
		guess := timeGuess{column: f.Name, score: 2 * timeScore(g.refs[i].Table, f.Name)}
		encoding, ok := g.timeEncoding(ctx, m, i, link, f.Name)
		switch {
		case !ok && saysTime(f.Name):
			rejected = append(rejected, fmt.Sprintf("%s, which holds %s that a build does not read as times", f.Name, valuesOf(f.Type)))
		case !ok || encoding == model.EncodedSeconds && !saysTime(f.Name):
		case encoding == model.EncodedSeconds:
			why, err := g.whyNoSeconds(ctx, i, f.Name)
			if err != nil {
				return nil, nil, err
			}
			if why != "" {
				rejected = append(rejected, f.Name+", "+why)
				continue
			}
			guess.what, guess.score = "whole numbers that can be unix seconds", guess.score-1
			times = append(times, guess)
		case encoding == model.EncodedDate:
			guess.what = "dates"
			times = append(times, guess)
		default:
			guess.what, guess.score = "timestamps", guess.score+1
			times = append(times, guess)
		}
	}
	slices.SortStableFunc(times, func(a, b timeGuess) int { return cmp.Compare(b.score, a.score) })
	return times, rejected, ctx.Err()
}

// valuesOf says what a column of a type holds.
func valuesOf(t arrow.DataType) string {
	if t.ID() == arrow.STRING || t.ID() == arrow.LARGE_STRING {
		return "text"
	}
	return t.String() + " values"
}

// timeEncoding says how a build would read a column as the time of events; ok is
// false where it would not.
func (g *guesser) timeEncoding(ctx context.Context, m *masterGuess, i int, link, column string) (encoding model.TimeEncoding, ok bool) {
	_, layout, err := g.resolve(ctx, m, nil, []model.BehaviorSource{{
		Name: "probe", Table: g.refs[i], KeyColumn: link, TimeColumn: column, Fields: []model.FieldSource{},
	}})
	if err != nil {
		return "", false
	}
	return layout.Behaviors[0].Time.Encoding, true
}

// likelyTime returns the column that is the time of a table's rows if they are
// events, or "" where none says so.
func (g *guesser) likelyTime(ctx context.Context, m *masterGuess, i int, link string) string {
	times, _, err := g.times(ctx, m, i, link)
	if err != nil || len(times) == 0 || times[0].score < 2*3 { // shares a word with the table, or says "event" or "time" twice
		return ""
	}
	return times[0].column
}

// timesText explains the choice of the first.
func timesText(times []timeGuess) string {
	text := times[0].column + " (" + times[0].what + ")"
	if len(times) == 1 {
		return text + " is the only column for it"
	}
	var others []string
	for _, t := range times[1:] {
		others = append(others, t.column+" ("+t.what+")")
	}
	return text + ", by its name and type rather than " + strings.Join(others, ", ")
}

// Unix seconds of the years between which whole numbers are taken for times.
var (
	leastSeconds    = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	greatestSeconds = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// whyNoSeconds looks at a column of whole numbers and says why they are not unix
// seconds, "" if they can be.
func (g *guesser) whyNoSeconds(ctx context.Context, i int, column string) (string, error) {
	look := g.readRange
	if g.engine != nil {
		look = g.secondsRange
	}
	lo, hi, some, err := look(ctx, i, column)
	switch {
	case err != nil:
		return "which cannot be read: " + err.Error(), ctx.Err()
	case !some:
		return "which is always NULL", nil
	case lo >= 1000*leastSeconds && hi < 1000*greatestSeconds:
		return fmt.Sprintf("whose whole numbers (%d to %d) look like milliseconds; unix seconds are read", lo, hi), nil
	case lo < leastSeconds || hi >= greatestSeconds:
		return fmt.Sprintf("whose whole numbers (%d to %d) are no unix seconds of the years 1980 to 2099", lo, hi), nil
	}
	return "", nil
}

// readRange reads a column of whole numbers and returns the least and the greatest;
// some is false where all are NULL.
func (g *guesser) readRange(ctx context.Context, i int, column string) (lo, hi int64, some bool, err error) {
	lo, hi = math.MaxInt64, math.MinInt64
	for batch, err := range g.tables[i].Scan(ctx, []string{column}) {
		if err != nil {
			return 0, 0, false, err
		}
		for n := range batch.Column(0).Len() {
			if x, ok := wholeNumber(batch.Column(0), n); ok {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
	}
	return lo, hi, lo <= hi, nil
}

// wholeNumber returns element i of an array of whole numbers; ok is false for
// NULL and for other arrays.
func wholeNumber(values arrow.Array, i int) (x int64, ok bool) {
	if values.IsNull(i) {
		return 0, false
	}
	switch a := values.(type) {
	case *array.Int64:
		return a.Value(i), true
	case *array.Int32:
		return int64(a.Value(i)), true
	case *array.Uint32:
		return int64(a.Value(i)), true
	case *array.Int16:
		return int64(a.Value(i)), true
	}
	return 0, false
}
