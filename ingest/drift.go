package ingest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Drift is how a configuration differs from the snapshot that was built before.
type Drift struct {
	Changes []Change `json:"changes"` // those that lose a name first, then in the order of the schemas
}

// Change is one difference.
type Change struct {
	Kind  ChangeKind `json:"change"`
	What  string     `json:"what"`            // "attribute", "behavior", "field of NAME", "time zone" or "key column"
	Name  string     `json:"name"`            // of the snapshot; of Added, of the configuration
	From  string     `json:"from,omitempty"`  // what was: the type of Retyped, the place of Moved
	To    string     `json:"to,omitempty"`    // what is: the name of Renamed, the type of Retyped, the place of Moved
	Table string     `json:"table,omitempty"` // where it is, or was
}

// ChangeKind says what happened to a name.
type ChangeKind string

// The kinds of changes.
const (
	Removed ChangeKind = "removed"
	Renamed ChangeKind = "renamed" // another name over the same column or table of events
	Moved   ChangeKind = "moved"   // the same name over another column or table of events
	Retyped ChangeKind = "retyped"
	Added   ChangeKind = "added"
)

// String returns the change in a line.
func (c Change) String() string {
	switch c.Kind {
	case Renamed:
		return fmt.Sprintf("%s %q is now called %q", c.What, c.Name, c.To)
	case Retyped, Moved:
		return fmt.Sprintf("%s %q was %s and is now %s", c.What, c.Name, c.From, c.To)
	}
	return fmt.Sprintf("%s %q is %s", c.What, c.Name, c.Kind)
}

// Removes reports whether a name goes without another in its place.
func (d Drift) Removes() bool { return len(d.Changes) > 0 && d.Changes[0].Kind == Removed }

// DriftError says that a build would remove attributes, behaviors or fields of the
// snapshot, which needs Options.Delete.
type DriftError struct {
	Dir   string
	Drift Drift
}

// Error names what would go.
func (e *DriftError) Error() string {
	var gone []string
	for _, c := range e.Drift.Changes {
		if c.Kind == Removed {
			gone = append(gone, fmt.Sprintf("%s %q", c.What, c.Name))
		}
	}
	return fmt.Sprintf("%s: the configuration lacks what the snapshot has: %s; rules that use it would fail", e.Dir, strings.Join(gone, ", "))
}

// named is an attribute, a behavior or a field as drift sees it.
type named struct {
	name, typ string
	place     string // what makes it the same under another name; empty: not known
	table     string
	fields    []named // of a behavior
}

// CompareSchemas returns how a new schema differs from that of an existing
// snapshot, old. A name that is gone is taken as renamed where one that is new
// lies over the same column (of a behavior, the same table and time column).
// Layouts may be nil, of snapshots that have none; then nothing is renamed or
// moved.
func CompareSchemas(old *model.Schema, oldLayout *model.Layout, schema *model.Schema, layout *model.Layout) Drift {
	changes := compareNamed("attribute", namedAttributes(old, oldLayout), namedAttributes(schema, layout))
	changes = append(changes, compareNamed("behavior", namedBehaviors(old, oldLayout), namedBehaviors(schema, layout))...)
	for _, c := range [][3]string{{"time zone", old.Timezone, schema.Timezone}, {"key column", old.KeyColumn, schema.KeyColumn}} {
		if c[1] != c[2] {
			changes = append(changes, Change{Kind: Moved, What: c[0], Name: schema.Name, From: c[1], To: c[2]})
		}
	}
	d := Drift{Changes: []Change{}}
	for _, kind := range []ChangeKind{Removed, Renamed, Moved, Retyped, Added} {
		for _, c := range changes {
			if c.Kind == kind {
				d.Changes = append(d.Changes, c)
			}
		}
	}
	return d
}

// placeOf says where a column is.
func placeOf(t model.TableRef, column string) string {
	place := fmt.Sprintf("%s of %s", column, t)
	if t.Connection != "" {
		place += " in " + t.Connection
	}
	return place
}

func namedAttributes(s *model.Schema, l *model.Layout) []named {
	list := make([]named, len(s.Attributes))
	for i, a := range s.Attributes {
		list[i] = named{name: a.Name, typ: a.Type.String()}
		if l != nil && l.Attributes[i].Table.Table != "" {
			at := l.Attributes[i]
			list[i].table, list[i].place = at.Table.String(), placeOf(at.Table, at.Column)
		}
	}
	return list
}

func namedBehaviors(s *model.Schema, l *model.Layout) []named {
	list := make([]named, len(s.Behaviors))
	for i, b := range s.Behaviors {
		list[i] = named{name: b.Name}
		if l != nil {
			at := l.Behaviors[i]
			list[i].table, list[i].place = at.Table.String(), placeOf(at.Table, at.Time.Column)
		}
		for j, f := range b.Fields {
			field := named{name: f.Name, typ: f.Type.String()}
			if l != nil {
				field.place = l.Behaviors[i].Fields[j].Column
			}
			list[i].fields = append(list[i].fields, field)
		}
	}
	return list
}

func compareNamed(what string, old, now []named) []Change {
	var changes []Change
	renamed := map[string]bool{}
	for _, o := range old {
		n := findNamed(now, func(n named) bool { return n.name == o.name })
		if n == nil {
			n = findNamed(now, func(n named) bool {
				return n.place == o.place && n.place != "" && !renamed[n.name] && !hasName(old, n.name)
			})
		}
		if n == nil {
			changes = append(changes, Change{Kind: Removed, What: what, Name: o.name, Table: o.table})
			continue
		}
		if n.name != o.name {
			renamed[n.name] = true
			changes = append(changes, Change{Kind: Renamed, What: what, Name: o.name, To: n.name, Table: n.table})
		} else if n.place != o.place && n.place != "" && o.place != "" {
			changes = append(changes, Change{Kind: Moved, What: what, Name: o.name, From: o.place, To: n.place, Table: n.table})
		}
		if n.typ != o.typ {
			changes = append(changes, Change{Kind: Retyped, What: what, Name: n.name, From: o.typ, To: n.typ, Table: n.table})
		}
		changes = append(changes, compareNamed("field of "+n.name, o.fields, n.fields)...)
	}
	for _, n := range now {
		if !renamed[n.name] && !hasName(old, n.name) {
			changes = append(changes, Change{Kind: Added, What: what, Name: n.name, Table: n.table})
		}
	}
	return changes
}

func findNamed(list []named, wanted func(n named) bool) *named {
	if i := slices.IndexFunc(list, wanted); i >= 0 {
		return &list[i]
	}
	return nil
}

func hasName(list []named, name string) bool {
	return findNamed(list, func(n named) bool { return n.name == name }) != nil
}

// checkDrift compares the configuration with the version that the build is to
// replace.
func (b *builder) checkDrift(mayRemove bool) error {
	old := b.out.Current()
	if old == nil {
		return nil
	}
	drift := CompareSchemas(old.Schema, old.Layout, b.schema, b.layout)
	b.manifest.Load.Changes = changeTexts(drift)
	if drift.Removes() && !mayRemove {
		return &DriftError{Dir: b.out.Dir(), Drift: drift}
	}
	return nil
}

// changeTexts returns the changes as the load report keeps them.
func changeTexts(d Drift) []string {
	var lines []string
	for _, c := range d.Changes {
		lines = append(lines, c.String())
	}
	return lines
}
