package service

import (
	"encoding/json"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// TokenJSON is a token that was just made, with its secret: nothing tells it again.
type TokenJSON struct {
	Token  access.Token `json:"token"`
	Secret string       `json:"secret" doc:"the token itself, shown this once"`
}

// ConnectionJSON is a connection, without its secrets.
type ConnectionJSON struct {
	registry.Connection
	Outcome registry.Outcome `json:"outcome,omitempty" doc:"of a PUT: created, updated or unchanged"`
}

// TestJSON says whether a connection can be opened and listed.
type TestJSON struct {
	OK        bool   `json:"ok"`
	ElapsedUS int64  `json:"elapsed_us"`
	Tables    int    `json:"tables" doc:"how many there are"`
	Error     string `json:"error,omitempty" doc:"why it cannot; never a secret"`
}

// TablesJSON is the tables of a connection.
type TablesJSON struct {
	Tables []TableJSON `json:"tables"`
	Next   string      `json:"next,omitempty"`
}

// TableJSON is a table, with its columns where these were asked for.
type TableJSON struct {
	Connection string       `json:"connection,omitempty" doc:"as configurations name it; empty: the only one"`
	Name       string       `json:"name" doc:"with its catalog and schema, as far as it has them"`
	Columns    []ColumnJSON `json:"columns,omitempty"`
	Rows       *int64       `json:"rows,omitempty" doc:"absent: the source does not say"`
	Problem    string       `json:"problem,omitempty" doc:"why it cannot be read"`
	Uses       []string     `json:"uses,omitempty" doc:"what the configuration makes of the table: master table, attribute NAME, behavior NAME"`
}

// ColumnJSON is a column of a table.
type ColumnJSON struct {
	Name string   `json:"name"`
	Type string   `json:"type" doc:"as the source has it; of one that cannot be read its name there"`
	Uses []string `json:"uses,omitempty" doc:"what the configuration makes of the column: key, attribute NAME, field NAME of BEHAVIOR, time of BEHAVIOR"`
}

// ParentJSON is a parent segment and how fresh it is.
type ParentJSON struct {
	Name        string         `json:"name"`
	Form        string         `json:"form" doc:"of the configuration, one of five"`
	Mode        registry.Mode  `json:"mode"`
	Connections []string       `json:"connections"`
	Version     uint64         `json:"version"`
	Checksum    string         `json:"checksum" doc:"SHA-256 of the configuration's text"`
	Created     registry.Stamp `json:"created"`
	Updated     registry.Stamp `json:"updated"`
	// Text is the configuration, of one parent segment that an administrator asks for.
	Text      string        `json:"text,omitempty"`
	Schedule  ScheduleJSON  `json:"schedule"`
	Freshness FreshnessJSON `json:"freshness"`
	// Load is the report of the build that made the snapshot, of one parent segment.
	Load *store.LoadReport `json:"load,omitempty"`
}

// ScheduleJSON says when a parent segment is refreshed.
type ScheduleJSON struct {
	Type    string     `json:"type" doc:"none, hourly, daily, weekly, monthly or cron"`
	NextRun *time.Time `json:"next_run" doc:"null: there is none"`
	Text    string     `json:"text" doc:"in words"`
}

// States of a parent segment.
const (
	StateReady      = "ready"       // there is a snapshot
	StateNeverBuilt = "never_built" // there is none yet
	StateInPlace    = "in_place"    // its source is asked
	StateBroken     = "broken"      // its snapshot cannot be opened
)

// FreshnessJSON says how new the data of a parent segment is.
type FreshnessJSON struct {
	State           string       `json:"state" enum:"ready,never_built,in_place,broken"`
	Problem         string       `json:"problem,omitempty" doc:"of one that is broken"`
	SnapshotVersion uint64       `json:"snapshot_version,omitempty"`
	Customers       uint64       `json:"customers"`
	LastUpdated     *time.Time   `json:"last_updated" doc:"when the snapshot was made; null: there is none"`
	LastSuccess     *JobNoteJSON `json:"last_success" doc:"the last build or refresh that succeeded"`
	LastFailure     *JobNoteJSON `json:"last_failure" doc:"the last that failed, if none has succeeded since"`
	RunningJob      *uint64      `json:"running_job" doc:"build or refresh that waits or runs"`
}

// JobNoteJSON is a job that has ended.
type JobNoteJSON struct {
	Job      uint64    `json:"job"`
	Finished time.Time `json:"finished"`
	Error    string    `json:"error,omitempty"`
}

// PutJSON says what putting a parent segment has done.
type PutJSON struct {
	Parent  ParentJSON       `json:"parent"`
	Outcome registry.Outcome `json:"outcome"`
	Changes []ingest.Change  `json:"changes" doc:"that it makes in what was there before"`
	Job     *JobJSON         `json:"job" doc:"that builds it; null: none is needed"`
}

// SuggestionJSON is a configuration with one more attribute.
type SuggestionJSON struct {
	Attribute     model.Attribute `json:"attribute" doc:"as rules would see it"`
	Snippet       string          `json:"snippet" doc:"the entry that was added"`
	Configuration string          `json:"configuration" doc:"the whole text with it"`
	Where         string          `json:"where" doc:"where it stands in the text"`
	Notes         []string        `json:"notes"`
}

// ValuesJSON is values of an attribute or of a field of events.
type ValuesJSON struct {
	Field  string      `json:"field"`
	Type   model.Type  `json:"type"`
	Values []ValueJSON `json:"values" doc:"those that most have, first"`
	// Distinct is how many different values there are; 0 where only some were looked at.
	Distinct int `json:"distinct"`
	// More says that there are values beside those shown.
	More bool `json:"more"`
	// Rest is customers, or events, whose value is not shown: for callers who may see
	// numbers only, also those of values that few customers have.
	Rest  uint64   `json:"rest"`
	Of    string   `json:"of" enum:"customers,events" doc:"what count counts"`
	Notes []string `json:"notes" doc:"how the values were found"`
}

// ValueJSON is a value with how many have it.
type ValueJSON struct {
	Value json.RawMessage `json:"value"`
	Count uint64          `json:"count"`
}

// SegmentJSON is a segment.
type SegmentJSON struct {
	ID      uint64          `json:"id"`
	Path    string          `json:"path"`
	Folder  string          `json:"folder"`
	Name    string          `json:"name"`
	Rule    string          `json:"rule" doc:"canonical text; of one that does not fit the parent segment what was saved"`
	Text    string          `json:"text" doc:"the rule as it was saved"`
	Form    string          `json:"form" doc:"in which it came: text, segment or wire"`
	Segment json.RawMessage `json:"segment,omitempty" doc:"the object of a segment file"`
	Wire    json.RawMessage `json:"wire,omitempty" doc:"the same in the wire shape"`
	// Problems say why the rule does not fit the parent segment as it is now.
	Problems []ProblemItem  `json:"problems"`
	Version  uint64         `json:"version"`
	Created  registry.Stamp `json:"created"`
	Updated  registry.Stamp `json:"updated"`
	Note     string         `json:"note,omitempty"`
	Deleted  bool           `json:"deleted,omitempty"`
	Count    *uint64        `json:"count,omitempty" doc:"customers, where counts were asked for"`
	AsOf     string         `json:"as_of,omitempty" doc:"of the count"`
}

// JobJSON is a job.
type JobJSON struct {
	registry.Job
	Downloadable bool `json:"downloadable" doc:"it is an export whose file is there"`
}

// ExportJSON is the result of an export.
type ExportJSON struct {
	File      string            `json:"file" doc:"name for a download"`
	Format    string            `json:"format"`
	Rows      int64             `json:"rows"`
	Customers int64             `json:"customers" doc:"members of the audience"`
	Bytes     int64             `json:"bytes"`
	Rule      string            `json:"rule"`
	AsOf      string            `json:"as_of"`
	Pick      string            `json:"pick,omitempty"`
	Version   uint64            `json:"snapshot_version,omitempty"`
	Columns   []string          `json:"columns" doc:"the key first"`
	Masks     map[string]string `json:"masks" doc:"columns that are not clear"`
	Delta     *DeltaJSON        `json:"delta,omitempty"`
	Warnings  []string          `json:"warnings"`
}

// DeltaJSON says what has changed since an earlier export.
type DeltaJSON struct {
	From    uint64 `json:"from" doc:"the job"`
	Entered int64  `json:"entered"`
	Left    int64  `json:"left"`
	Gone    int64  `json:"gone" doc:"of those who left: exist no more"`
	Stayed  int64  `json:"stayed"`
}

// BuildJSON is the result of a build or a refresh.
type BuildJSON struct {
	Version   uint64           `json:"version"`
	Customers uint64           `json:"customers"`
	SizeBytes int64            `json:"size_bytes"`
	Refreshed bool             `json:"refreshed" doc:"false: everything was read and numbered anew"`
	Load      store.LoadReport `json:"load"`
	// Parent is the version of the parent segment that was loaded.
	Parent uint64 `json:"parent_version"`
}
