package workload

import "time"

// End is the instant at which every workload ends, whatever its shape: no event
// is at it or later, and it is the as_of of the suites.
var End = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Shape says what a workload looks like. The same shape gives the same bytes on
// every machine.
type Shape struct {
	Customers         int     `json:"customers"`
	Seed              uint64  `json:"seed"`
	Days              int     `json:"days"`                // of events, before End
	EventsPerCustomer float64 `json:"events_per_customer"` // over all behaviors, on average
	Skew              float64 `json:"skew"`                // exponent of the Pareto distribution of activity; the smaller, the more uneven
	StringAttributes  int     `json:"string_attributes"`   // attributes trait_1, trait_2, …
	Cardinality       int     `json:"cardinality"`         // distinct values of each of them
}

// Table is a table of a workload.
type Table struct {
	Schema string `json:"schema"` // main or events
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"` // of its Parquet files
}

// Dataset is a workload on disk.
type Dataset struct {
	Dir    string  `json:"-"` // the warehouse folder, which parent.yml is in, too
	Shape  Shape   `json:"shape"`
	Tables []Table `json:"tables"`
}
