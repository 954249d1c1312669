package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

var errFake = errors.New("the disk is on fire")

// fake is an engine that knows the answers by heart. It is safe for concurrent
// use.
type fake struct {
	name    string
	answers map[string][]int64 // keys by query; a query that is not there is not supported
	// count changes what the nth Count says, from 0; nil leaves it.
	count func(query string, nth int) (int64, error)
	took  func(nth int) time.Duration // of the nth Count; nil: 1 ms
	keys  func(query string) error    // an error of Keys; nil: none
	log   func(engine string)         // told about each Count; nil: nobody is
	write func(file string) error     // makes an export; nil: not supported
	days  int                         // appended; below 0: not supported
	ready bool                        // whether InProcess

	mu     sync.Mutex
	counts int // executed
	open   int // prepared queries that are not closed
	closed bool
}

func (f *fake) Name() string           { return f.name }
func (f *fake) Version() string        { return "v1" }
func (f *fake) Loaded() contender.Load { return contender.Load{Seconds: 1, SizeBytes: 2} }
func (f *fake) InProcess() bool        { return f.ready }

func (f *fake) Prepare(_ context.Context, q *suite.Query) (contender.Prepared, error) {
	if _, ok := f.answers[q.ID]; !ok {
		return nil, fmt.Errorf("%w: %s has no %s", contender.ErrUnsupported, f.name, q.ID)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open++
	return &fakePrepared{f, q.ID}, nil
}

func (f *fake) Append(context.Context, *workload.Dataset) (time.Duration, error) {
	if f.days < 0 {
		return 0, fmt.Errorf("%w: %s cannot grow", contender.ErrUnsupported, f.name)
	}
	f.days++
	return 7 * time.Second, nil
}

func (f *fake) Export(_ context.Context, _ *suite.Query, _ []string, file string) (time.Duration, error) {
	if f.write == nil {
		return 0, fmt.Errorf("%w: %s writes no files", contender.ErrUnsupported, f.name)
	}
	if f.log != nil {
		f.log(f.name)
	}
	return 3 * time.Millisecond, f.write(file)
}

func (f *fake) Close() error {
	f.closed = true
	return nil
}

type fakePrepared struct {
	f     *fake
	query string
}

func (p *fakePrepared) Count(ctx context.Context) (int64, time.Duration, error) {
	p.f.mu.Lock()
	nth := p.f.counts
	p.f.counts++
	p.f.mu.Unlock()
	if p.f.log != nil {
		p.f.log(p.f.name)
	}
	took := time.Millisecond
	if p.f.took != nil {
		took = p.f.took(nth)
	}
	if p.f.count != nil {
		n, err := p.f.count(p.query, nth)
		return n, took, err
	}
	return int64(len(p.f.answers[p.query])), took, ctx.Err()
}

func (p *fakePrepared) Keys(context.Context) ([]int64, error) {
	if p.f.keys != nil {
		if err := p.f.keys(p.query); err != nil {
			return nil, err
		}
	}
	return slices.Clone(p.f.answers[p.query]), nil
}

func (p *fakePrepared) Close() error {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	p.f.open--
	return nil
}

var asOf = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// ask1 is a suite of one query, Q1.
var ask1 = []suite.Query{{ID: "Q1", Rule: "tier = 'Gold'", AsOf: asOf}}

// newFake returns an engine that answers Q1 with these keys.
func newFake(name string, keys ...int64) *fake {
	return &fake{name: name, answers: map[string][]int64{"Q1": keys}}
}

// list makes engines of fakes.
func list(fakes ...*fake) []contender.Engine {
	engines := make([]contender.Engine, len(fakes))
	for i, f := range fakes {
		engines[i] = f
	}
	return engines
}

func quiet(string, int, int) {}
