package ingest

import (
	"fmt"
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
	What  string     `json:"what"`            // "attribute" or "behavior"
	Name  string     `json:"name"`            // of the snapshot; of Added, of the configuration
	To    string     `json:"to,omitempty"`    // the new name of Renamed, the new type of Retyped
	From  string     `json:"from,omitempty"`  // the old type of Retyped
	Table string     `json:"table,omitempty"` // where it is, or was
}

// ChangeKind says what happened to a name.
type ChangeKind string

// The kinds of changes.
const (
	Removed ChangeKind = "removed"
	Renamed ChangeKind = "renamed" // another name over the same column or table of events
	Retyped ChangeKind = "retyped"
	Added   ChangeKind = "added"
)

// String returns the change in a line.
func (c Change) String() string {
	switch c.Kind {
	case Renamed:
		return fmt.Sprintf("%s %q is now called %q", c.What, c.Name, c.To)
	case Retyped:
		return fmt.Sprintf("%s %q was %s and is now %s", c.What, c.Name, c.From, c.To)
	}
	return fmt.Sprintf("%s %q is %s", c.What, c.Name, c.Kind)
}

// Removes reports whether a name goes without another in its place.
func (d Drift) Removes() bool { return len(d.Changes) > 0 && d.Changes[0].Kind == Removed }

// DriftError says that a build would remove attributes or behaviors of the
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

// named is an attribute or a behavior as drift sees it: what it is called, its
// type, and what makes it the same under another name.
type named struct {
	name, typ, place string
	table            string
}

// CompareSchemas returns how a new schema differs from that of an existing
// snapshot, old. A name that is gone is taken as renamed where one that is new
// lies over the same column (of a behavior, the same table and time column).
// Layouts may be nil, of snapshots that have none; then nothing is renamed.
func CompareSchemas(old *model.Schema, oldLayout *model.Layout, schema *model.Schema, layout *model.Layout) Drift {
	changes := compareNamed("attribute", namedAttributes(old, oldLayout), namedAttributes(schema, layout))
	changes = append(changes, compareNamed("behavior", namedBehaviors(old, oldLayout), namedBehaviors(schema, layout))...)
	d := Drift{Changes: []Change{}}
	for _, kind := range []ChangeKind{Removed, Renamed, Retyped, Added} {
		for _, c := range changes {
			if c.Kind == kind {
				d.Changes = append(d.Changes, c)
			}
		}
	}
	return d
}

func namedAttributes(s *model.Schema, l *model.Layout) []named {
	list := make([]named, len(s.Attributes))
	for i, a := range s.Attributes {
		list[i] = named{name: a.Name, typ: a.Type.String()}
		if l != nil && l.Attributes[i].Table.Table != "" {
			at := l.Attributes[i]
			list[i].table = at.Table.String()
			list[i].place = fmt.Sprintf("%q %q %q", at.Table.Connection, at.Table, at.Column)
		}
	}
	return list
}

func namedBehaviors(s *model.Schema, l *model.Layout) []named {
	list := make([]named, len(s.Behaviors))
	for i, b := range s.Behaviors {
		var fields []string
		for _, f := range b.Fields {
			fields = append(fields, f.Name+" "+f.Type.String())
		}
		list[i] = named{name: b.Name, typ: "events with " + strings.Join(fields, ", ")}
		if l != nil {
			at := l.Behaviors[i]
			list[i].table = at.Table.String()
			list[i].place = fmt.Sprintf("%q %q %q", at.Table.Connection, at.Table, at.Time.Column)
		}
	}
	return list
}

func compareNamed(what string, old, now []named) []Change {
	find := func(list []named, same func(n named) bool) *named {
		for i := range list {
			if same(list[i]) {
				return &list[i]
			}
		}
		return nil
	}
	called := func(name string) func(named) bool { return func(n named) bool { return n.name == name } }
	var changes []Change
	renamed := map[string]bool{}
	for _, o := range old {
		if n := find(now, called(o.name)); n != nil {
			if n.typ != o.typ {
				changes = append(changes, Change{Kind: Retyped, What: what, Name: o.name, From: o.typ, To: n.typ, Table: n.table})
			}
			continue
		}
		n := find(now, func(n named) bool {
			return n.place == o.place && n.place != "" && !renamed[n.name] && find(old, called(n.name)) == nil
		})
		if n == nil {
			changes = append(changes, Change{Kind: Removed, What: what, Name: o.name, Table: o.table})
			continue
		}
		renamed[n.name] = true
		changes = append(changes, Change{Kind: Renamed, What: what, Name: o.name, To: n.name, Table: n.table})
	}
	for _, n := range now {
		if !renamed[n.name] && find(old, called(n.name)) == nil {
			changes = append(changes, Change{Kind: Added, What: what, Name: n.name, Table: n.table})
		}
	}
	return changes
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
