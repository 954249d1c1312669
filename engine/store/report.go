package store

// LoadReport says what a build read and what it left out, table by table.
// Nothing is left out that is not counted here.
type LoadReport struct {
	Source        string        `json:"source"` // URI, without secrets
	Tables        []TableReport `json:"tables"`
	RefreshedFrom uint64        `json:"refreshed_from,omitempty"` // the version that the build went on from; 0: a full build
	Changes       []string      `json:"changes,omitempty"`        // how attributes and behaviors differ from the version before
	Seconds       float64       `json:"seconds"`                  // from the first read to the commit
}

// TableReport is the part of a load report about one scan of one table.
type TableReport struct {
	Table     string   `json:"table"`             // name as configured
	Location  string   `json:"location"`          // path or qualified name
	Version   string   `json:"version,omitempty"` // that was read; empty: the source has none
	Use       string   `json:"use"`               // "master", "attributes" or "behavior"
	Names     []string `json:"names"`             // attributes, or the behavior, that came of it
	KeyColumn string   `json:"key_column"`        // as the source spells it
	Rows      int64    `json:"rows"`              // read, and those of Filtered and Expired that the source left out when asked to
	Known     int64    `json:"known,omitempty"`   // not read: earlier builds have read them, and they are as they were, or are taken to be so, see ingest.Options.Overlap
	Loaded    int64    `json:"loaded"`            // of Rows: the others are counted by the next five

	NullKeys int64 `json:"null_keys"`          // left out: key is NULL
	Filtered int64 `json:"filtered"`           // left out: a filter of the master table excludes them, whatever their key
	Orphans  int64 `json:"orphans"`            // left out: key is not in the master table
	Expired  int64 `json:"expired"`            // left out: an event older than its behavior keeps; where the source left them out, whosever it is
	Repeated int64 `json:"repeated,omitempty"` // left out: the event is taken for one that is stored, see ingest.Options.Overlap

	// Removed is rows that earlier builds had read, or that are among Rows, and that
	// the source has not any more: what they gave was taken out.
	Removed int64 `json:"removed,omitempty"`
	Aged    int64 `json:"aged,omitempty"` // stored events that have become older than their behavior keeps

	NullKeyRows []int64  `json:"null_key_rows,omitempty"` // positions of the first rows with a NULL key, from 1; at most 10
	OrphanKeys  []string `json:"orphan_keys,omitempty"`   // keys of the first orphans, in order of arrival; at most 10

	Undated   int64    `json:"undated"`         // loaded, without a time
	NaN       int64    `json:"nan"`             // values that became NULL
	SubMicros int64    `json:"sub_micros"`      // times floored to whole microseconds
	Notes     []string `json:"notes,omitempty"` // how times without a zone were read; columns left out; that the table has no version, or why it was read whole
}
