package ask

import (
	"context"
	"math"
	"strconv"

	"github.com/rollcall-db/rollcall/engine"
)

// DefaultSalt is the salt of a split that names none.
const DefaultSalt = "rollcall"

// SplitCounts counts the members in every part of a split, in the order of the parts,
// and writes nothing. Of a source the keys stream, and are divided here; nothing is kept
// of them. The error of a split that makes no sense is an [*engine.SplitError].
func SplitCounts(ctx context.Context, q Asker, split *engine.Split) (*Answer, []int64, error) {
	if err := split.Check(); err != nil {
		return nil, nil, err
	}
	switch q := q.(type) {
	case *choice:
		division, err := q.picked.Split(*split)
		return divided(ctx, division, err, q.answered)
	case *Question:
		division, err := q.Query.Split(*split)
		return divided(ctx, division, err, q.answered)
	}
	m, err := q.Members(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	counts, total := make([]int64, len(split.Parts)), int64(0)
	for b, err := range split.Batches(m.Batches) {
		if err != nil {
			return nil, nil, err
		}
		counts[b.Part] += b.Batch.NumRows()
		total += b.Batch.NumRows()
	}
	answer, err := m.Answer(ctx, total)
	return answer, counts, err
}

// divided counts the parts of a division, unless err says that there is none.
func divided(ctx context.Context, division *engine.Division, err error, answered func(*engine.Answer) *Answer) (*Answer, []int64, error) {
	if err != nil {
		return nil, nil, err
	}
	found, err := division.Count(ctx)
	if err != nil {
		return nil, nil, err
	}
	counts := make([]int64, len(found.Counts))
	for i, n := range found.Counts {
		counts[i] = int64(n)
	}
	return answered(&found.Answer), counts, nil
}

// SplitJSON is the object of a split.
type SplitJSON struct {
	CountJSON
	Salt  string     `json:"salt"`
	Parts []PartJSON `json:"parts"`
}

// PartJSON is a part with the customers in it.
type PartJSON struct {
	Part        string      `json:"part"`
	Share       PercentJSON `json:"share"` // in percent, as asked for
	Customers   int64       `json:"customers"`
	ActualShare float64     `json:"actual_share"`   // from 0 to 1; 0 of an audience of nobody
	Path        string      `json:"path,omitempty"` // of its file; empty: none was written
}

// PercentJSON is a share in percent, a number with up to nine digits after the point.
type PercentJSON float64

// String writes the share, exactly.
func (p PercentJSON) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) }

// MarshalJSON writes the share, exactly.
func (p PercentJSON) MarshalJSON() ([]byte, error) { return []byte(p.String()), nil }

// NewSplitJSON returns the object of a split whose parts have that many customers, in the
// order of the parts. Paths are the caller's to add.
func NewSplitJSON(a *Answer, split *engine.Split, counts []int64) *SplitJSON {
	const one = float64(engine.Hundred / 100)
	out := &SplitJSON{CountJSON: *NewCountJSON(a), Salt: split.Salt, Parts: []PartJSON{}}
	for i, p := range split.Parts {
		out.Parts = append(out.Parts, PartJSON{
			Part: p.Name, Share: PercentJSON(float64(p.Share) / one), Customers: counts[i], ActualShare: float64(counts[i]) / math.Max(1, float64(a.Count)),
		})
	}
	return out
}
