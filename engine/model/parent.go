package model

// ParentSegment is a normalised configuration: which tables and columns make
// up the customers, their attributes and their behaviors. See [ParseBook].
type ParentSegment struct {
	Name       string
	Timezone   string // IANA name; "UTC" where the file gives none
	Master     Master
	Attributes []AttributeSource
	Behaviors  []BehaviorSource
}

// TableRef names a table of a source. Catalog and Schema may be empty.
type TableRef struct {
	Catalog string `json:"catalog,omitempty"`
	Schema  string `json:"schema,omitempty"` // "database" in configuration files
	Table   string `json:"table"`
}

// String returns the parts that are given, joined by dots.
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
	KeyColumn  string   // equals the master's key
	TimeColumn string   // "timestamp_column" in configuration files
	AllFields  bool     // every column but key and time is a field
	Fields     []string // the fields one by one, where AllFields is false
}
