package assistant

import (
	"context"
	"fmt"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// maxSegments is how many saved segments are listed.
const maxSegments = 200

// segmentsIn asks which segments are saved.
type segmentsIn struct {
	In
	Folder string `json:"folder,omitempty" jsonschema:"only those in this folder and below it"`
	Counts bool   `json:"counts,omitempty" jsonschema:"also how many customers each has"`
	AsOf   string `json:"as_of,omitempty" jsonschema:"the time of the counts, RFC 3339 or a date; absent: now"`
	After  string `json:"after,omitempty" jsonschema:"what the list before gave as next, to go on with"`
	Limit  int    `json:"limit,omitempty" jsonschema:"segments to list"`
}

func (segmentsIn) describe(of map[string]*jsonschema.Schema) {
	between(of["limit"], 1, maxSegments, maxSegments)
}

// segmentOut is a saved segment as assistants see it.
type segmentOut struct {
	Path     string                `json:"path"`
	Rule     string                `json:"rule"`
	Version  uint64                `json:"version,omitempty"` // of a server's
	Note     string                `json:"note,omitempty"`
	Problems []service.ProblemItem `json:"problems"`
	Count    *uint64               `json:"count,omitempty"`
	AsOf     string                `json:"as_of,omitempty"`
	Cuts
}

func segmentOf(s *service.SegmentJSON) segmentOut {
	problems := s.Problems
	if problems == nil {
		problems = []service.ProblemItem{}
	}
	return segmentOut{Path: s.Path, Rule: s.Rule, Version: s.Version, Note: s.Note, Problems: problems, Count: s.Count, AsOf: s.AsOf}
}

func (o *segmentOut) text() string {
	text := fmt.Sprintf("Saved %s. A rule uses it as: segment '%s'\nRule: %s\n", quoted(o.Path), o.Path, o.Rule)
	if o.Version != 0 {
		text += fmt.Sprintf("Version: %d\n", o.Version)
	}
	return text + o.lines()
}

func (o *segmentOut) cut() bool { return halve(&o.Cuts, "problems", &o.Problems) }

// segmentsOut is saved segments.
type segmentsOut struct {
	Segments []segmentOut `json:"segments"`
	Next     string       `json:"next,omitempty"`
	Cuts
}

func (o *segmentsOut) text() string {
	if len(o.Segments) == 0 {
		return "There are no saved segments.\n"
	}
	rows := [][]string{{"segment", "customers", "rule"}}
	for i := range o.Segments {
		one := &o.Segments[i]
		n := "-"
		if one.Count != nil {
			n = wording.Number(*one.Count)
		}
		rule := cell(one.Rule)
		if len(one.Problems) > 0 {
			rule += " (" + wording.Plural(len(one.Problems), "problem", "problems") + ": " + one.Problems[0].Message + ")"
		}
		rows = append(rows, []string{cell(one.Path), n, rule})
	}
	text := table(rows)
	if o.Next != "" {
		text += "There are more: ask with after = " + quoted(o.Next) + "\n"
	}
	return text + o.lines()
}

// cut leaves out half, and says where to go on; of a single segment the end of its rule.
func (o *segmentsOut) cut() bool {
	if len(o.Segments) == 1 {
		one := &o.Segments[0]
		rule := one.Rule
		one.Rule = shortened(rule, len(rule)/2)
		if one.Rule != rule {
			one.add("the rule goes on")
			return true
		}
		return one.cut()
	}
	if !halve(&o.Cuts, "segments", &o.Segments) {
		return false
	}
	o.Next = o.Segments[len(o.Segments)-1].Path
	return true
}

// saveIn saves a segment.
type saveIn struct {
	In
	Path    string `json:"path" jsonschema:"where to save it, folder/name, such as Loyalty/Recent gold"`
	Rule    string `json:"rule" jsonschema:"the rule as text"`
	Note    string `json:"note,omitempty" jsonschema:"why, for the history"`
	Replace bool   `json:"replace,omitempty" jsonschema:"change the segment that is at this path already; without it such a segment is an error"`
}

// segmentTools offers saved segments.
func (s *server) segmentTools() {
	add(s, tool{
		name: "list_segments", title: "List saved segments",
		description: "Lists saved segments, rules with a name, by path; with counts how many customers each has. A rule uses one as: segment 'Folder/Name'.",
	}, about(s, s.segments))
	saver, ok := s.backend.(Saver)
	if !ok {
		return
	}
	add(s, tool{
		name: "save_segment", title: "Save a segment", effect: saves,
		description: "Saves a rule as a segment under a path, so that people and other rules can use it. The rule is checked first. It changes what others see: ask the person before you call it, and set replace only if they want the segment at that path changed.",
	}, about(s, func(ctx context.Context, parent string, in saveIn) (*segmentOut, error) {
		saved, err := saver.Save(ctx, parent, SaveRequest{Path: in.Path, Rule: in.Rule, Note: in.Note, Replace: in.Replace})
		if err != nil {
			return nil, err
		}
		out := segmentOf(saved)
		return &out, nil
	}))
}

func (s *server) segments(ctx context.Context, parent string, in segmentsIn) (*segmentsOut, error) {
	page, err := s.backend.Segments(ctx, parent, service.SegmentsRequest{
		Listing: service.Listing{After: in.After, Limit: positive(in.Limit, maxSegments)}, Folder: in.Folder, Counts: in.Counts, AsOf: in.AsOf,
	})
	if err != nil {
		return nil, err
	}
	out := &segmentsOut{Segments: []segmentOut{}, Next: page.Next}
	for i := range page.Items {
		out.Segments = append(out.Segments, segmentOf(&page.Items[i]))
	}
	return out, nil
}
