package model

import "github.com/rollcall-db/rollcall/engine/window"

// ParentSegment is a normalised configuration: which tables and columns make
// up the customers, their attributes and their behaviors.
type ParentSegment struct {
	Name       string
	Timezone   string // IANA name; "UTC" where the file gives none
	Master     Master
	Attributes []AttributeSource
	Behaviors  []BehaviorSource
	Computed   []ComputedSource
	Schedule   Schedule
}

// TableRef names a table of a source. All but Table may be empty.
type TableRef struct {
	Connection string `json:"connection,omitempty"` // name of the source, as -s NAME=URI gives it; empty: the only one
	Catalog    string `json:"catalog,omitempty"`
	Schema     string `json:"schema,omitempty"` // "database" in configuration files
	Table      string `json:"table"`
}

// String returns the parts that are given, joined by dots, without the
// connection.
func (r TableRef) String() string {
	s := r.Table
	if r.Schema != "" {
		s = r.Schema + "." + s
	}
	if r.Catalog != "" {
		s = r.Catalog + "." + s
	}
	return s
}

// Master is the table with one row per customer.
type Master struct {
	Table     TableRef
	KeyColumn string // unique, not NULL
	// AllColumns makes every column but the key an attribute, save those whose
	// name an explicit attribute takes. Columns lists them one by one instead.
	AllColumns bool
	Columns    []string
	Filters    []ColumnFilter // all must hold for a row to be a customer
}

// ColumnFilter keeps the rows whose column is one of the values.
type ColumnFilter struct {
	Column string
	Values []string // source text, coerced to the column's type
}

// AttributeSource says where the values of one attribute are.
type AttributeSource struct {
	Name        string
	Table       TableRef
	KeyColumn   string // equals the master's key
	ValueColumn string
	Kind        Kind // forced by the file, or 0: taken from the source
}

// BehaviorSource says where the events of one behavior are.
type BehaviorSource struct {
	Name       string
	Table      TableRef
	KeyColumn  string        // equals the master's key
	TimeColumn string        // "timestamp_column" in configuration files
	AllFields  bool          // every column but key and time is a field
	Fields     []FieldSource // the fields one by one, where AllFields is false
	// Keep is how long events are kept: those older at a build are left out. Its
	// form is InLast, or Ever for all.
	Keep window.Spec
	// Ranks is of how many of a customer's latest events the snapshot indexes the
	// day, from 0 to MaxRanks; nil: as many as the build does where nobody says.
	Ranks *int
}

// FieldSource says where the values of one field of an event are.
type FieldSource struct {
	Name   string // what rules call it
	Column string
	Kind   Kind // forced by the file, or 0: taken from the source
}

// ComputedSource is an attribute that every build computes from the events of a
// behavior.
type ComputedSource struct {
	Name     string
	Behavior string
	Rule     string // an aggregate: sum(amount) in last 365 days
}

// Schedule says when a snapshot is to be refreshed. Only what runs refreshes
// acts on it; the zero Schedule is none.
type Schedule struct {
	Type     string   // "", "none", "hourly", "daily", "weekly", "monthly" or "cron"
	Time     string   // of the day, as in "03:30"; may be empty
	Timezone string   // IANA name; empty: the parent segment's
	Cron     string   // of type "cron"
	Days     []string // of the week or of the month; of types "weekly" and "monthly"
}
