package ask

import (
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// SnapshotJSON says which version of a snapshot answered.
type SnapshotJSON struct {
	Version   uint64    `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	Sources   []string  `json:"sources"`
}

// SourceJSON says which source answered, and from which state of its tables.
type SourceJSON struct {
	URI      string            `json:"uri"`      // without secrets
	Versions map[string]string `json:"versions"` // by table; those that have none are left out
	Notes    []string          `json:"notes"`    // what people should know of how tables are read
	Unpinned []string          `json:"-"`        // tables of which statements may see other states
}

// VersionsText writes the versions of a source's tables for people.
func (s *SourceJSON) VersionsText() string {
	var parts []string
	for table, version := range s.Versions {
		parts = append(parts, table+" at version "+version)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// AnswerJSON is what the objects of all answers have.
type AnswerJSON struct {
	Rule      string        `json:"rule"`           // canonical text
	Pick      string        `json:"pick,omitempty"` // which members were taken, in words
	AsOf      string        `json:"as_of"`
	Timezone  string        `json:"timezone"`
	Snapshot  *SnapshotJSON `json:"snapshot,omitempty"`
	Source    *SourceJSON   `json:"source,omitempty"` // in place of snapshot
	Windows   []WindowJSON  `json:"windows"`
	Warnings  []string      `json:"warnings"`
	ElapsedUS int64         `json:"elapsed_us"`
}

// WindowJSON is a resolved window; times are text, since years may lie beyond
// those that package time puts into JSON.
type WindowJSON struct {
	Condition string  `json:"condition"`
	From      *string `json:"from"` // null: unbounded
	To        *string `json:"to"`   // null: unbounded
}

// NewAnswerJSON returns what the object of an answer has but the numbers.
func NewAnswerJSON(a *Answer) *AnswerJSON {
	windows := []WindowJSON{}
	for _, w := range a.Windows {
		windows = append(windows, WindowJSON{w.Condition, TimeOrNil(w.From), TimeOrNil(w.To)})
	}
	return &AnswerJSON{
		Rule: a.Rule, Pick: a.Pick, AsOf: TimeText(a.AsOf.In(a.Location)), Timezone: a.Schema.Timezone,
		Snapshot: a.Snapshot, Source: a.Source, Windows: windows, Warnings: a.Warnings, ElapsedUS: a.Elapsed.Microseconds(),
	}
}

// CountJSON is the object of a count.
type CountJSON struct {
	Count     uint64 `json:"count"`
	Customers uint64 `json:"customers"`
	AnswerJSON
	Plan   *StepJSON   `json:"plan,omitempty"`   // explained, of a snapshot
	SQL    string      `json:"sql,omitempty"`    // explained, of a source: what it ran
	Verify *VerifyJSON `json:"verify,omitempty"` // compared with a snapshot
}

// StepJSON is a node of the plan.
type StepJSON struct {
	Condition string     `json:"condition"`
	Access    string     `json:"access"`
	Estimate  uint64     `json:"estimated_bytes"`
	Bytes     uint64     `json:"bytes"`
	Alone     uint64     `json:"alone"`
	Together  uint64     `json:"together"`
	ElapsedUS int64      `json:"elapsed_us"`
	Steps     []StepJSON `json:"steps,omitempty"`
}

// VerifyJSON is how a source's answer compares with that of a snapshot.
type VerifyJSON struct {
	SnapshotCount  uint64    `json:"snapshot_count"`
	Agrees         bool      `json:"agrees"`
	OnlyInSource   *KeysJSON `json:"only_in_source"`
	OnlyInSnapshot *KeysJSON `json:"only_in_snapshot"`
	// Unpinned is the tables that may have changed between the two answers.
	Unpinned []string `json:"unpinned,omitempty"`
}

// KeysJSON is some customers: how many, and the first keys.
type KeysJSON struct {
	Count uint64   `json:"count"`
	Keys  []string `json:"keys"`
}

// NewCountJSON returns the object of a count.
func NewCountJSON(a *Answer) *CountJSON {
	return &CountJSON{Count: a.Count, Customers: a.Customers, AnswerJSON: *NewAnswerJSON(a)}
}

// NewExplainJSON returns the object of a count with how it came about.
func NewExplainJSON(a *Answer, e *Explained) *CountJSON {
	out := NewCountJSON(a)
	out.SQL = e.SQL
	if e.Plan != nil {
		plan := newStepJSON(e.Plan)
		out.Plan = &plan
	}
	return out
}

func newStepJSON(s *engine.Step) StepJSON {
	out := StepJSON{
		Condition: s.Condition, Access: s.Access, Estimate: s.Estimate, Bytes: s.Bytes, Alone: s.Alone, Together: s.Together,
		ElapsedUS: s.Elapsed.Microseconds(),
	}
	for i := range s.Steps {
		out.Steps = append(out.Steps, newStepJSON(&s.Steps[i]))
	}
	return out
}
