package measure

import (
	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// Report is everything that a run measured. It is what --format json prints, and
// what rollcall-bench report reads.
type Report struct {
	Machine   Machine          `json:"machine"`
	Commit    string           `json:"commit"`  // as the function Commit tells it
	Command   string           `json:"command"` // as it was typed
	StartedAt string           `json:"started_at"`
	Data      workload.Dataset `json:"data"`
	Runs      int              `json:"runs"` // timed executions per query and engine
	// Unfinished is the text of the error that ended the run; what is in the report
	// was complete before. "": the run is complete.
	Unfinished string         `json:"unfinished,omitempty"`
	Engines    []EngineReport `json:"engines"`
	Results    []Result       `json:"results"` // never null
	// NotCompared are the queries that no engine could be held against.
	NotCompared []NotCompared `json:"not_compared,omitempty"`
	Refresh     []Timing      `json:"refresh,omitempty"`
	Open        []Timing      `json:"open,omitempty"`
	Export      []Timing      `json:"export,omitempty"`
	// Snapshot is nil where suite snapshot was not run.
	Snapshot *SnapshotReport `json:"snapshot,omitempty"`
	Scale    []ScaleResult   `json:"scale,omitempty"`
}

// Machine is where a run was made.
type Machine struct {
	CPU         string `json:"cpu"`
	Cores       int    `json:"cores"`
	MemoryBytes int64  `json:"memory_bytes"`
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	Go          string `json:"go"`
}

// EngineReport is one engine of a run.
type EngineReport struct {
	Name    string         `json:"name"`
	Version string         `json:"version"`
	Load    contender.Load `json:"load"`
}

// AimCustomers is the number of customers that the aims of results are set for.
const AimCustomers = suite.AimCustomers

// Result is one query as one engine answered it.
type Result struct {
	Suite    string  `json:"suite"`
	Query    string  `json:"query"`
	Rule     string  `json:"rule"`
	AsOf     string  `json:"as_of"`
	Engine   string  `json:"engine"`
	Count    int64   `json:"count"`
	MedianUS float64 `json:"median_us"`
	P95US    float64 `json:"p95_us"`
	MinUS    float64 `json:"min_us"`
	// FirstUS is the median of the executions right after another program's, each of which
	// comes before one that is timed; 0 where there are none, and in reports from before
	// they were noted.
	FirstUS float64        `json:"first_us,omitempty"`
	Runs    int            `json:"runs"`                    // timed executions; fewer than asked for where an engine's time was up
	TimesUS []float64      `json:"times_us,omitempty"`      // of the timed executions, in their order
	Allocs  *float64       `json:"allocs_per_op,omitempty"` // absent where the engine is not Go
	Clients []ClientResult `json:"clients,omitempty"`
	// AimUS is the aim of the query for our engine at AimCustomers; 0: none.
	AimUS float64 `json:"aim_us,omitempty"`
	// Unsupported says why the engine has no figures; they are 0 then.
	Unsupported string `json:"unsupported,omitempty"`
}

// ClientResult is a query asked by several clients at a time.
type ClientResult struct {
	Clients int     `json:"clients"`
	Runs    int     `json:"runs"` // executions of all clients together; warm-ups are not counted
	PerSec  float64 `json:"per_second"`
	P99US   float64 `json:"p99_us"`
}

// Timing is one thing that one engine did, several times.
type Timing struct {
	What     string  `json:"what"`
	Engine   string  `json:"engine"`
	MedianUS float64 `json:"median_us"`
	P95US    float64 `json:"p95_us"`
	Runs     int     `json:"runs"`
	Bytes    int64   `json:"bytes,omitempty"` // of the file written
	Note     string  `json:"note,omitempty"`
}

// SnapshotReport is what the life of a snapshot of rollcall takes, each step in a
// process of its own.
type SnapshotReport struct {
	Rows        int64            `json:"rows"`         // that the first full build reads
	Events      int64            `json:"events"`       // of them
	SourceBytes int64            `json:"source_bytes"` // of the Parquet files that hold them
	SizeBytes   int64            `json:"size_bytes"`   // of the snapshot's folder after that build
	Parts       map[string]int64 `json:"parts"`        // of it, by what they are; manifests are in none
	Steps       []SnapshotStep   `json:"steps"`        // in the order in which they were made
	Timings     []Timing         `json:"timings"`      // what was done many times after the first full build
}

// SnapshotStep is one step.
type SnapshotStep struct {
	Step      string  `json:"step"`
	Seconds   float64 `json:"seconds"`
	Rows      int64   `json:"rows"`       // of the source that it reads, or that are in what it reads
	Events    int64   `json:"events"`     // of them
	PeakBytes int64   `json:"peak_bytes"` // most anonymous memory of the process; 0: not known
	SizeBytes int64   `json:"size_bytes"` // of the snapshot's folder afterwards, with the versions that are kept
}

// ScaleResult is the suite at one number of customers.
type ScaleResult struct {
	Customers int            `json:"customers"`
	Events    int64          `json:"events"`
	Engines   []EngineReport `json:"engines"` // never null, as Results
	Results   []Result       `json:"results"`
	// NotCompared are the queries that no engine could be held against.
	NotCompared []NotCompared `json:"not_compared,omitempty"`
	Skipped     string        `json:"skipped,omitempty"` // why there are no results
}
