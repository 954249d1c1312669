package oracle

import (
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// Case is a rule over a table at an as_of. Executions are compared on cases.
type Case struct {
	Name     string
	Table    *Table // its zone is Table.Schema.Timezone
	Segments []Segment
	Rule     string
	AsOf     time.Time
	Want     []any // the keys selected, in the order of the table; of cases written by hand only
	Overflow bool  // of cases written by hand: the rule is an error of code OVERFLOW instead

	tree  *expr   // of Rule, where it is a random one
	trees []*expr // of Segments, likewise
}

// Segment is a segment that the rule of a case may refer to.
type Segment struct {
	Path string // folder and name with slashes
	Rule string
}

// Check parses and checks the rule of the case with its segments. The Checked is
// a new one at every call.
func (c *Case) Check() (*rule.Checked, error) {
	r, err := rule.Parse(c.Rule)
	if err != nil {
		return nil, err
	}
	var files []*rule.SegmentFile
	for _, s := range c.Segments {
		parsed, err := rule.Parse(s.Rule)
		if err != nil {
			return nil, fmt.Errorf("segment %q: %w", s.Path, err)
		}
		name := s.Path[strings.LastIndexByte(s.Path, '/')+1:]
		files = append(files, &rule.SegmentFile{Path: s.Path, Name: name, Rule: parsed})
	}
	return rule.Check(r, c.Table.Schema, rule.NewLibrary(files))
}

// Select returns the keys of the customers that the rule selects, in the order of
// the table.
func (c *Case) Select() ([]any, error) {
	checked, err := c.Check()
	if err != nil {
		return nil, err
	}
	rows, err := Select(c.Table, checked, c.AsOf)
	if err != nil {
		return nil, err
	}
	return c.Table.Selected(rows), nil
}

// String returns the case as a person needs it to follow what went wrong: the
// rule with its segments, as_of and zone, and the whole table.
func (c *Case) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rule %s\n", c.Rule)
	for _, s := range c.Segments {
		fmt.Fprintf(&b, "segment '%s': %s\n", s.Path, s.Rule)
	}
	fmt.Fprintf(&b, "as_of %s in %s\n%s", c.AsOf.UTC().Format(time.RFC3339Nano), c.Table.Schema.Timezone, c.Table)
	return b.String()
}
