package service

import (
	"encoding/json"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// Page is a part of a list.
type Page[T any] = registry.Page[T]

// Listing says which part of a list is wanted.
type Listing struct {
	After string `json:"after,omitempty" doc:"what the page before gave as next; empty: from the start"`
	Limit int    `json:"limit,omitempty" doc:"entries of a page, 1 to 1000; 0: 100"`
}

// Ask is what every question about an audience has: exactly one of Rule, Segment and
// Path, and when it is asked.
type Ask struct {
	Rule    string          `json:"rule,omitempty" doc:"a rule as text" example:"loyalty_tier = 'Gold' and purchase in last 30 days"`
	Segment json.RawMessage `json:"segment,omitempty" doc:"a rule as the object of a segment file, in either of the two published shapes"`
	Path    string          `json:"path,omitempty" doc:"a saved segment, as folder/name" example:"Loyalty/Gold"`
	AsOf    string          `json:"as_of,omitempty" doc:"a time (RFC 3339) or a date in the parent segment's time zone; empty: now" example:"1998-07-01"`
	Version uint64          `json:"version,omitempty" doc:"version of the snapshot, if it is still kept; 0: the current one"`
}

// Pick says which members of an audience to take; empty: all.
type Pick struct {
	Top     string `json:"top,omitempty" doc:"members to take: a number, or a percentage as in 10%"`
	OrderBy string `json:"order_by,omitempty" doc:"attribute that orders the members for top and per, \"ATTRIBUTE\" or \"ATTRIBUTE asc\"; empty: by key"`
	Per     string `json:"per,omitempty" doc:"members to take at most of each value of an attribute, ATTRIBUTE=N"`
}

// CountRequest asks how many customers a rule selects.
type CountRequest struct {
	Ask
	Pick
	Explain     bool `json:"explain,omitempty" doc:"also the plan with what every condition selects; of a source the statement"`
	WithSegment bool `json:"with_segment,omitempty" doc:"also the rule as the object of a segment file"`
}

// CheckRequest asks whether a rule is right.
type CheckRequest struct{ Ask }

// ListRequest asks who the members are, a page to look at.
type ListRequest struct {
	Ask
	Pick
	Columns []string `json:"columns,omitempty" doc:"attributes, or columns of events such as \"purchase sum(amount) in last 90 days as spent\"; absent: all attributes"`
	Limit   int      `json:"limit,omitempty" doc:"members to show, 1 to 10000; 0: 20"`
}

// ProfileRequest asks for a customer's card.
type ProfileRequest struct {
	Key      string   `json:"key" doc:"the customer's key"`
	AsOf     string   `json:"as_of,omitempty" doc:"events before this time or date are shown; empty: now"`
	Version  uint64   `json:"version,omitempty" doc:"version of the snapshot; 0: the current one"`
	Events   *int     `json:"events,omitempty" doc:"latest events to show of each behavior, 0 to 1000; absent: 5"`
	Columns  []string `json:"columns,omitempty" doc:"attributes to show; absent: all"`
	Segments bool     `json:"segments,omitempty" doc:"also which saved segments the customer is in"`
}

// WhyRequest asks why a customer is selected, or is not.
type WhyRequest struct {
	Ask
	Key string `json:"key" doc:"the customer's key"`
}

// BreakdownRequest asks how an audience divides by attributes.
type BreakdownRequest struct {
	Ask
	By    []string `json:"by" doc:"attributes, 1 to 32"`
	Limit int      `json:"limit,omitempty" doc:"values to show of each; 0: 20"`
	Bins  int      `json:"bins,omitempty" doc:"bins of a histogram of numbers, 2 to 1000; 0: values"`
	Every string   `json:"every,omitempty" doc:"bins of dates and times: day, week, month, quarter or year"`
}

// CompareRequest is several rules to be compared at one time.
type CompareRequest struct {
	Rules   []Ask  `json:"rules" doc:"rules, each with one of rule, segment and path"`
	AsOf    string `json:"as_of,omitempty" doc:"a time (RFC 3339) or a date, for all of them; empty: now"`
	Version uint64 `json:"version,omitempty" doc:"version of the snapshot, for all of them; 0: the current one"`
}

// TrendRequest asks how an audience has grown.
type TrendRequest struct {
	Ask
	From  string `json:"from" doc:"first time or date"`
	To    string `json:"to" doc:"last time or date"`
	Every string `json:"every,omitempty" doc:"from point to point: hour, day, week, month, quarter or year; empty: day"`
}

// DiffRequest asks who came and went between two times.
type DiffRequest struct {
	Ask
	From    string   `json:"from" doc:"time or date before"`
	To      string   `json:"to" doc:"time or date after"`
	Rows    bool     `json:"rows,omitempty" doc:"also who came, or went; needs the role members"`
	Show    string   `json:"show,omitempty" doc:"with rows: entered or left; empty: entered"`
	Columns []string `json:"columns,omitempty" doc:"with rows: attributes to show beside the key; absent: the key alone"`
	Limit   int      `json:"limit,omitempty" doc:"with rows: customers to show, 1 to 10000; 0: 20"`
}

// SplitRequest asks how many customers the parts of an audience have.
type SplitRequest struct {
	Ask
	Pick
	Parts string `json:"parts" doc:"parts with their shares in percent" example:"holdout=10,a=45,b=45"`
	Salt  string `json:"salt,omitempty" doc:"what tells this split from others; empty: rollcall"`
}

// ValuesRequest asks which values an attribute or a field of events has.
type ValuesRequest struct {
	Field  string `json:"field" doc:"an attribute, or behavior.field" example:"loyalty_tier"`
	Search string `json:"search,omitempty" doc:"text that values have in them, upper and lower case alike"`
	Limit  int    `json:"limit,omitempty" doc:"values to show, 1 to 1000; 0: 20"`
	Ask           // of whose members; without a rule, all customers
}

// ExportRequest asks for a file of an audience.
type ExportRequest struct {
	Ask
	Pick
	Columns     []string          `json:"columns,omitempty" doc:"as list has them; absent: all attributes"`
	Format      string            `json:"format,omitempty" doc:"parquet, csv or arrow; empty: parquet"`
	Masks       map[string]string `json:"masks,omitempty" doc:"columns to write as hash or redact, beside those that the caller's roles do not see"`
	DeltaFrom   uint64            `json:"delta_from,omitempty" doc:"an earlier export job of the same parent segment: write who entered and left since"`
	DeltaStayed bool              `json:"delta_stayed,omitempty" doc:"with delta_from: write who stayed as well"`
}

// ConnectionRequest puts a connection. It has either a URI or the parts of one.
type ConnectionRequest struct {
	Kind     string                   `json:"kind" enum:"files,databricks,postgres" doc:"kind of source"`
	URI      string                   `json:"uri,omitempty" doc:"where it is, without secrets"`
	Host     string                   `json:"host,omitempty" doc:"in place of uri"`
	Port     int                      `json:"port,omitempty" doc:"in place of uri"`
	Path     string                   `json:"path,omitempty" doc:"in place of uri: the folder of files, or the HTTP path of a warehouse"`
	HTTPPath string                   `json:"http_path,omitempty" doc:"another name of path, for a warehouse"`
	Catalog  string                   `json:"catalog,omitempty" doc:"in place of uri: of a warehouse"`
	Schema   string                   `json:"schema,omitempty" doc:"in place of uri: of a warehouse"`
	Database string                   `json:"database,omitempty" doc:"in place of uri: of PostgreSQL"`
	User     string                   `json:"user,omitempty" doc:"in place of uri: of PostgreSQL"`
	Secrets  map[string]SecretRequest `json:"secrets,omitempty" doc:"by what they are for: token, client_id and client_secret of Databricks, password of PostgreSQL. One that is left out goes; {} keeps the one that is stored"`
}

// SecretRequest is a secret: its value, the variable of the environment that has it, or
// neither, for one that is stored and stays as it is.
type SecretRequest struct {
	Value *registry.Secret `json:"value,omitempty" doc:"the secret; it is never returned"`
	Env   string           `json:"env,omitempty" doc:"variable of the server's environment that has it"`
}

// ParentRequest puts a parent segment.
type ParentRequest struct {
	Text        string   `json:"text" doc:"the configuration, in any of the five forms"`
	FileName    string   `json:"file_name,omitempty" doc:"what messages call it; one that ends in .json is JSON"`
	Mode        string   `json:"mode,omitempty" enum:"copied,in_place" doc:"where it is asked; empty: as it is, or copied"`
	Connections []string `json:"connections,omitempty" doc:"names; absent: as they are, or the only one there is"`
	Delete      bool     `json:"delete,omitempty" doc:"allow that attributes, behaviors and fields go; it holds until the configuration has been loaded"`
	NoBuild     bool     `json:"no_build,omitempty" doc:"do not build it now"`
}

// RefreshRequest asks for a refresh now.
type RefreshRequest struct {
	Full   bool `json:"full,omitempty" doc:"read everything and number the customers anew"`
	Delete bool `json:"delete,omitempty" doc:"allow that attributes, behaviors and fields go"`
}

// SuggestRequest asks how a column would be an attribute.
type SuggestRequest struct {
	Table  string `json:"table" doc:"as source-tables names it"`
	Column string `json:"column" doc:"of the table"`
	Name   string `json:"name,omitempty" doc:"of the attribute; empty: the column's"`
}

// SegmentRequest creates or changes a segment: exactly one of Rule, Segment and File.
type SegmentRequest struct {
	Path    string          `json:"path,omitempty" doc:"folder/name; needed to create one"`
	Rule    string          `json:"rule,omitempty" doc:"the rule as text"`
	Segment json.RawMessage `json:"segment,omitempty" doc:"the rule as the object of a segment file, in either shape"`
	File    string          `json:"file,omitempty" doc:"the text of a segment file, YAML or JSON"`
	Note    string          `json:"note,omitempty" doc:"on this change, for the history"`
}

// SegmentsRequest says which segments are listed.
type SegmentsRequest struct {
	Listing
	Folder  string `json:"folder,omitempty" doc:"those in it and below it; empty: all"`
	Counts  bool   `json:"counts,omitempty" doc:"also how many customers each has"`
	AsOf    string `json:"as_of,omitempty" doc:"of the counts; empty: now"`
	Deleted bool   `json:"deleted,omitempty" doc:"those that were deleted, in place of those that are there"`
}

// MoveRequest gives a segment another path.
type MoveRequest struct {
	To   string `json:"to" doc:"the new folder/name"`
	Note string `json:"note,omitempty" doc:"on this change"`
}

// RestoreRequest brings back an earlier version of a segment, or a deleted one.
type RestoreRequest struct {
	Version uint64 `json:"version,omitempty" doc:"version whose rule it is to have again; 0, of a deleted one: the last"`
	ID      uint64 `json:"id,omitempty" doc:"of a deleted segment, where several had the path"`
	Note    string `json:"note,omitempty" doc:"on this change"`
}

// TokenRequest asks for a token.
type TokenRequest struct {
	Name    string   `json:"name" doc:"who is to have it"`
	Roles   []string `json:"roles" doc:"counts, members, segments, admin"`
	Expires string   `json:"expires,omitempty" doc:"when it ends (RFC 3339); empty: never"`
}

// AuditRequest says which entries of the log are read.
type AuditRequest struct {
	Listing
	Action string `json:"action,omitempty" doc:"an action, or the start of some up to a point"`
	Parent string `json:"parent,omitempty" doc:"entries about a parent segment"`
	By     string `json:"by,omitempty" doc:"id of a token, or the name of who acted"`
}

// JobsRequest says which jobs are listed.
type JobsRequest struct {
	Listing
	Parent string `json:"parent,omitempty" doc:"of this parent segment"`
	Kind   string `json:"kind,omitempty" doc:"build, refresh or export"`
	State  string `json:"state,omitempty" doc:"queued, running, succeeded, failed, cancelled or interrupted"`
}
