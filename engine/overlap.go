package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// How many rules an Overlap has.
const (
	MinOverlap = 2
	MaxOverlap = 8
)

// Overlap is how the audiences of a few rules overlap. Region tells every customer in
// one way: by the audiences that they are in, and are not in.
type Overlap struct {
	Sets      []Answer // of each rule, in the order given; all are of one version
	Customers uint64   // in the version that was asked
	Union     uint64   // who are in any of the audiences
	Common    uint64   // who are in all of them
	Regions   []Region // with customers, ascending by Members; those in no audience are not among them
	Elapsed   time.Duration

	common []uint64 // by set of rules as bits: who are in all of these
}

// Region is the customers who are in some of the audiences and in no other.
type Region struct {
	Members uint8 // bit i is set where they are in the audience of rule i
	Count   uint64
}

// Both returns how many customers are in the audiences of the rules i and j.
func (o *Overlap) Both(i, j int) uint64 { return o.common[1<<i|1<<j] }

// Jaccard returns how much alike the audiences of the rules i and j are: the share of
// those in either who are in both, from 0 to 1. It is 0 of two audiences of nobody.
func (o *Overlap) Jaccard(i, j int) float64 {
	both := o.Both(i, j)
	return share(both, o.common[1<<i]+o.common[1<<j]-both)
}

// JaccardAll returns the share of those in any of the audiences who are in all.
func (o *Overlap) JaccardAll() float64 { return share(o.Common, o.Union) }

// QueriesError says that a comparison takes another number of rules.
type QueriesError struct {
	What               string // "an overlap"
	Found, Least, Most int
}

// Error says how many rules there are, and how many are expected.
func (e *QueriesError) Error() string {
	return fmt.Sprintf("%s takes %d to %d rules, found %d", e.What, e.Least, e.Most, e.Found)
}

// OneError is the error of one of several rules.
type OneError = exec.OneError

// Overlap counts who is in which of the audiences of two to eight queries, exactly, in
// one pass over the customers. The queries are of this Snapshot, or of its DB; each is
// asked at its own as_of, and all of this version. The error is a *QueriesError for
// another number of them, a *OneError for what is wrong with one.
func (s *Snapshot) Overlap(ctx context.Context, queries ...*Query) (*Overlap, error) {
	start := time.Now()
	if n := len(queries); n < MinOverlap || n > MaxOverlap {
		return nil, &QueriesError{"an overlap", n, MinOverlap, MaxOverlap}
	}
	out := &Overlap{}
	err := s.askAll(ctx, queries, func(v *version, programs []*plan.Program) (err error) {
		if out.common, err = exec.Overlaps(ctx, v.snapshot, roots(programs)); err != nil {
			return err
		}
		for i, p := range programs {
			answer := v.answer(p)
			answer.Count = out.common[1<<i]
			out.Sets = append(out.Sets, *answer)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.fill()
	out.Elapsed = time.Since(start)
	return out, nil
}

// NewOverlap returns the overlap of audiences that have been counted: common[m] is how
// many customers the audiences of the bits of m have in common, at 0 how many there
// are. It is for who counts elsewhere, in a source.
func NewOverlap(sets []Answer, common []uint64) *Overlap {
	o := &Overlap{Sets: sets, common: common}
	o.fill()
	return o
}

// fill works the regions out of what sets of rules have in common.
func (o *Overlap) fill() {
	exact := append([]uint64(nil), o.common...)
	for bit := 1; bit < len(exact); bit <<= 1 {
		for m := range exact {
			if m&bit == 0 {
				exact[m] -= exact[m|bit] // those who are in that one, too
			}
		}
	}
	o.Customers, o.Union, o.Common = o.common[0], o.common[0]-exact[0], o.common[len(exact)-1]
	for m, n := range exact {
		if m > 0 && n > 0 {
			o.Regions = append(o.Regions, Region{uint8(m), n})
		}
	}
}

// errOtherDB is the error of a query that a Snapshot cannot ask.
var errOtherDB = errors.New("the query is of another database than the snapshot that is asked")

// askAll calls f with this version and the programs of queries over it. Those without
// an as_of are asked at one.
func (s *Snapshot) askAll(ctx context.Context, queries []*Query, f func(v *version, programs []*plan.Program) error) error {
	v, err := s.acquire()
	if err != nil {
		return err
	}
	defer v.done()
	return guard(func() error {
		now := s.db.options.Now()
		programs := make([]*plan.Program, len(queries))
		for i, q := range queries {
			if programs[i], err = s.programOf(ctx, v, q, now); err != nil {
				return &OneError{Rule: i + 1, Err: err}
			}
		}
		return f(v, programs)
	})
}

// programOf plans one of several queries.
func (s *Snapshot) programOf(ctx context.Context, v *version, q *Query, now time.Time) (*plan.Program, error) {
	if q.db != s.db {
		return nil, errOtherDB
	}
	b, err := q.bind(v)
	if err != nil {
		return nil, err
	}
	return q.atOr(now).program(ctx, v, b)
}

// roots returns what is to be run of programs.
func roots(programs []*plan.Program) []*plan.Node {
	out := make([]*plan.Node, len(programs))
	for i, p := range programs {
		out[i] = p.Root
	}
	return out
}
