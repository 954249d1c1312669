package model

// Layout says where the parts of a [Schema] were found in their source, with
// names as the source spells them. It is what SQL over the source is made from.
type Layout struct {
	Master     TableRef       `json:"master"`
	KeyColumn  string         `json:"key_column"` // of Master
	Filters    []FilterLayout `json:"filters,omitempty"`
	Attributes []ColumnLayout `json:"attributes"` // as Schema.Attributes
	Behaviors  []EventLayout  `json:"behaviors"`  // as Schema.Behaviors
}

// FilterLayout keeps the master rows whose column is one of the values; NULL
// never is.
type FilterLayout struct {
	Column string   `json:"column"`
	Type   Type     `json:"type"`
	Values []string `json:"values"` // text that Type takes
}

// ColumnLayout is where an attribute is.
type ColumnLayout struct {
	// Table is the master table itself, or another with at most one row per
	// customer, joined by KeyColumn. The zero TableRef is of an attribute that no
	// table has: one that the build computed.
	Table     TableRef     `json:"table"`
	KeyColumn string       `json:"key_column"`
	Column    string       `json:"column"`
	Encoding  TimeEncoding `json:"encoding,omitempty"` // of a Timestamp
}

// EventLayout is where a behavior is.
type EventLayout struct {
	Table     TableRef      `json:"table"`
	KeyColumn string        `json:"key_column"`
	Time      FieldLayout   `json:"time"`
	Fields    []FieldLayout `json:"fields"` // as Behavior.Fields
	// KeptFrom is the instant, in microseconds since 1970-01-01 UTC, before which
	// events were left out by the build; nil where all are kept.
	KeptFrom *int64 `json:"kept_from_micros,omitempty"`
	// Ranks is BehaviorSource.Ranks.
	Ranks *int `json:"ranks,omitempty"`
}

// FieldLayout is where an event's time or field is.
type FieldLayout struct {
	Column   string       `json:"column"`
	Encoding TimeEncoding `json:"encoding,omitempty"` // of a Timestamp
}

// TimeEncoding is how a source holds instants.
type TimeEncoding string

// The encodings of instants.
const (
	EncodedInstant TimeEncoding = ""        // a type that denotes instants: TIMESTAMP WITH TIME ZONE
	EncodedUTC     TimeEncoding = "utc"     // date and time without a zone, which is UTC
	EncodedLocal   TimeEncoding = "local"   // date and time without a zone, in the parent segment's
	EncodedSeconds TimeEncoding = "seconds" // whole number of seconds since 1970-01-01 UTC
	EncodedDate    TimeEncoding = "date"    // a date, which stands for its first local instant
)
