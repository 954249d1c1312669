package interoptest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Dump writes down all that a version holds, as lines in ascending order: every
// customer with row and attributes, every event that can be seen, the days of every
// part with their customers, and the rows of those who are deleted. The program
// dump.py of package interop writes the same lines.
func Dump(s *store.Snapshot) (string, error) {
	loc, err := window.LoadLocation(s.Schema().Timezone)
	if err != nil {
		return "", err
	}
	d := &dump{s: s, loc: loc}
	if err := d.write(); err != nil {
		return "", err
	}
	slices.Sort(d.lines)
	m := s.Manifest()
	head := fmt.Sprintf("snapshot %s: version %d, %d rows, %d customers\n", quote(s.Schema().Name), m.Version, m.Rows, m.Customers)
	return head + strings.Join(d.lines, "\n") + "\n", nil
}

type dump struct {
	s     *store.Snapshot
	loc   *time.Location
	names []string // by row
	live  []bool
	lines []string
}

func (d *dump) line(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *dump) write() error {
	if err := d.findLive(); err != nil {
		return err
	}
	if err := d.customers(); err != nil {
		return err
	}
	for i := range d.s.Schema().Behaviors {
		if err := d.behavior(i); err != nil {
			return err
		}
	}
	return nil
}

// findLive finds out which rows are customers.
func (d *dump) findLive() error {
	view, err := d.s.Live()
	if err != nil {
		return err
	}
	for block := range d.s.Blocks() {
		var words bitmap.Words
		words.Fill(d.s.BlockRows(block))
		if view != nil {
			words.Clear()
			view.OrInto(&words, uint16(block))
		}
		for row := range d.s.BlockRows(block) {
			d.live = append(d.live, words.Has(uint16(row)))
		}
	}
	return nil
}

// values returns a column as text.
func (d *dump) values(c *column.Column) ([]string, error) {
	var all []string
	for i := range d.s.Blocks() {
		v, err := c.Block(i)
		if err != nil {
			return nil, err
		}
		for row := range v.Len() {
			all = append(all, show(v.Value(row)))
		}
	}
	return all, nil
}

// customers writes a line for every row and one for every attribute.
func (d *dump) customers() (err error) {
	if d.names, err = d.values(d.s.Keys()); err != nil {
		return err
	}
	var columns [][]string
	for i, a := range d.s.Schema().Attributes {
		values, err := d.values(d.s.Attribute(i))
		if err != nil {
			return err
		}
		columns = append(columns, values)
		info := d.s.Manifest().Attributes[i]
		d.line("attribute %s: %d NULL, %d values indexed", a.Name, info.Nulls, info.Distinct)
	}
	for row, name := range d.names {
		switch {
		case name == null:
			d.names[row] = fmt.Sprintf("row %d", row)
			d.line("purged row %d", row)
		case !d.live[row]:
			d.line("deleted %s row %d", name, row)
		default:
			found, err := d.find(row)
			if err != nil {
				return err
			}
			line := fmt.Sprintf("customer %s row %d:", name, found)
			for _, c := range columns {
				line += " " + c[row]
			}
			d.line("%s", line)
		}
	}
	return nil
}

// find looks up the key of a row.
func (d *dump) find(row int) (found uint32, err error) {
	keys, err := d.s.Keys().Block(row / bitmap.BlockRows)
	if err != nil {
		return 0, err
	}
	dictionary, err := d.s.Dictionary()
	if err != nil {
		return 0, err
	}
	ok := false
	switch key := keys.Value(row % bitmap.BlockRows).(type) {
	case string:
		found, ok, err = dictionary.FindString(key)
	case int64:
		found, ok, err = dictionary.FindInt(key)
	}
	if err == nil && !ok {
		err = fmt.Errorf("the key of row %d is not found", row)
	}
	return found, err
}

// behavior writes the events of a behavior and the days of its parts.
func (d *dump) behavior(i int) error {
	described, info := &d.s.Schema().Behaviors[i], d.s.Manifest().Behaviors[i]
	d.line("behavior %s: %d events, %d undated, %d customers", described.Name, info.Events, info.Undated, info.Customers)
	for part := range info.Parts {
		days := map[dumpDay]map[uint32]bool{}
		events := index.OpenEvents(described.Fields, d.s.Blocks(), d.s.EventParts(i, part, part+1))
		for block := range d.s.Blocks() {
			collected := index.NewCollected(described.Fields)
			stored, err := events.Block(block)
			if err == nil {
				err = stored.AppendTo(collected, uint32(block)*bitmap.BlockRows, nil)
			}
			if err == nil {
				err = d.events(described, info.KeptFrom, collected, days)
			}
			if err != nil {
				return fmt.Errorf("behavior %s, part %d, block %d: %w", described.Name, part, block, err)
			}
		}
		for day, rows := range days {
			line := fmt.Sprintf("day %s part %d: %d from %d to %d:", described.Name, part, day.day, day.from, day.to)
			for _, row := range slices.Sorted(maps.Keys(rows)) {
				line += " " + d.names[row]
			}
			d.line("%s", line)
		}
	}
	return nil
}

// dumpDay is a day of a timeline.
type dumpDay struct {
	day      int32
	from, to int64
}

// events writes the events of a block that can be seen, and adds all to their days.
func (d *dump) events(b *model.Behavior, keptFrom *int64, c *index.Collected, days map[dumpDay]map[uint32]bool) error {
	columns, err := eventValues(c)
	if err != nil {
		return err
	}
	calendar := window.NewDays(d.loc)
	for n, row := range c.Rows {
		at, dated := c.Times.Int(n)
		if dated {
			var day dumpDay
			day.day, day.from, day.to = calendar.Of(at)
			if days[day] == nil {
				days[day] = map[uint32]bool{}
			}
			days[day][row] = true
		}
		if !d.live[row] || dated && keptFrom != nil && at < *keptFrom {
			continue
		}
		line := fmt.Sprintf("event %s %s %s:", b.Name, d.names[row], null)
		if dated {
			line = fmt.Sprintf("event %s %s %d:", b.Name, d.names[row], at)
		}
		for _, column := range columns {
			line += " " + column[n]
		}
		d.line("%s", line)
	}
	return nil
}

// eventValues returns the fields of events as text.
func eventValues(c *index.Collected) ([][]string, error) {
	all := make([]uint32, len(c.Rows))
	for i := range all {
		all[i] = uint32(i)
	}
	var columns [][]string
	for i, values := range c.Values {
		arr, err := values.Take(all)
		if err != nil {
			return nil, err
		}
		v, err := column.NewVector(c.Fields[i].Type, arr)
		if err != nil {
			return nil, err
		}
		var texts []string
		for row := range v.Len() {
			texts = append(texts, show(v.Value(row)))
		}
		columns = append(columns, texts)
		arr.Release()
	}
	return columns, nil
}

const null = "NULL"

// show writes a value exactly: a float as its bits, a date as the number of its
// day, a time in microseconds.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return null
	case string:
		return quote(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return fmt.Sprintf("0x%016x", math.Float64bits(v))
	case column.Decimal:
		return fmt.Sprintf("%se-%d", v.Unscaled.BigInt(), v.Scale)
	case bool:
		return strconv.FormatBool(v)
	case column.Day:
		return strconv.Itoa(int(v))
	case time.Time:
		return strconv.FormatInt(v.UnixMicro(), 10)
	case []any:
		elems := make([]string, len(v))
		for i := range v {
			elems[i] = show(v[i])
		}
		return "[" + strings.Join(elems, " ") + "]"
	}
	return fmt.Sprintf("unknown value %v", v)
}

// quote writes a text between quotes. What lines cannot hold is written as the
// number of its byte.
func quote(text string) string {
	b := []byte{'"'}
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			b = fmt.Appendf(b, `\x%02x`, c)
		} else {
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}
