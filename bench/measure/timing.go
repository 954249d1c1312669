package measure

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// leastRuns is how many rounds are made however slow an engine is, unless fewer
// are asked for.
const leastRuns = 9

// Options say how engines are timed.
type Options struct {
	Runs int // timed executions per query and engine
	// Budget bounds the time of one query on one engine: once the timed executions of
	// any engine took that long together, and there are nine, the query's rounds end
	// for all engines. Were only the slow one left out, the others would go on without
	// it, and would not be asked as it was.
	Budget time.Duration
	// Awaken is for how long an engine executes a query before it is timed, at least
	// once.
	Awaken     time.Duration
	Clients    []int         // numbers of clients to ask with at a time; none: sequentially only
	ClientTime time.Duration // for each of them, per query and engine
	Progress   Progress      // never nil
}

// enough reports whether rounds end before all are made: so many are, and the
// timed executions of the slowest engine took so long together.
func (o Options) enough(rounds int, slowest time.Duration) bool {
	return rounds >= leastRuns && slowest >= o.Budget
}

// Time asks every query of a suite of every engine that can answer it. For each
// query the engines get one execution to warm up, then rounds in which each is
// asked once; every round starts with the next engine. In its turn an engine executes
// the query without being timed for a while, once at least, and then once more: the
// processor's caches are its own then and its cores are awake, as they are where it
// runs alone. The very first of these is noted, too, where another program ran before,
// whose data it finds in the caches (Result.FirstUS). Allocations are counted
// afterwards, in executions of their own, for engines with a method InProcess
// that returns true. Results come query by query, in the order of the engines.
//
// Errors are an engine's, those of ctx, or wrap ErrDiffer where a count is not
// what an engine said before. The results that come with one are those of the
// queries before, which are complete.
func Time(ctx context.Context, name string, queries []suite.Query, engines []contender.Engine, o Options) ([]Result, error) {
	var results []Result
	for i := range queries {
		o.Progress("timing "+name, i, len(queries))
		of, err := timeQuery(ctx, name, &queries[i], engines, o)
		if err != nil {
			return results, err
		}
		results = append(results, of...)
	}
	return results, nil
}

// asked is a query prepared on one engine, and what was measured of it.
type asked struct {
	engine   contender.Engine
	query    *suite.Query
	prepared contender.Prepared // nil where the engine cannot answer
	result   *Result
	times    durations
	firsts   durations // of the executions right after another program's
	// count is what all engines must answer; -1 until one has.
	count *int64
}

// once executes the query and checks its count.
func (a *asked) once(ctx context.Context) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, took, err := a.prepared.Count(ctx)
	if err != nil {
		return 0, asking(a.query, err)
	}
	if n != *a.count {
		return 0, fmt.Errorf("%w: %s, asked %s while it was timed, counts %d customers, expected %d",
			ErrDiffer, a.engine.Name(), a.query.ID, n, *a.count)
	}
	return took, nil
}

// warmUp executes the query for the first time. The first engine's count is the
// one to expect.
func (a *asked) warmUp(ctx context.Context) error {
	if *a.count < 0 {
		n, _, err := a.prepared.Count(ctx)
		if err != nil {
			return asking(a.query, err)
		}
		*a.count = n
	} else if _, err := a.once(ctx); err != nil {
		return err
	}
	a.result.Count = *a.count
	return nil
}

// timeQuery measures one query on all engines.
func timeQuery(ctx context.Context, name string, q *suite.Query, engines []contender.Engine, o Options) (results []Result, err error) {
	results = make([]Result, len(engines))
	count := int64(-1)
	var all []*asked
	defer func() {
		for _, a := range all {
			if cerr := a.prepared.Close(); cerr != nil {
				err = errors.Join(err, asking(q, cerr))
			}
		}
	}()
	for i, e := range engines {
		results[i] = Result{
			Suite: name, Query: q.ID, Rule: q.Rule, AsOf: q.AsOf.Format(time.RFC3339Nano), Engine: e.Name(),
			AimUS: float64(q.Aim.Microseconds()),
		}
		p, err := e.Prepare(ctx, q)
		if errors.Is(err, contender.ErrUnsupported) {
			results[i].Unsupported = err.Error()
			continue
		}
		if err != nil {
			return nil, asking(q, err)
		}
		all = append(all, &asked{engine: e, query: q, prepared: p, result: &results[i], count: &count})
	}
	for _, a := range all {
		if err := a.warmUp(ctx); err != nil {
			return nil, err
		}
	}
	if err := alternate(ctx, all, o); err != nil {
		return nil, err
	}
	for _, a := range all {
		a.summarise()
		if err := a.measureMore(ctx, o); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// alternate executes the rounds, in each of which every engine is asked.
func alternate(ctx context.Context, all []*asked, o Options) error {
	runtime.GC() // what comparing left behind is nobody's time
	slowest := time.Duration(0)
	var before contender.Engine // that was asked last
	for round := range o.Runs {
		if o.enough(round, slowest) {
			return nil
		}
		for i := range all {
			a := all[(round+i)%len(all)]
			first, err := a.awaken(ctx, o.Awaken)
			if err != nil {
				return err
			}
			took, err := a.once(ctx)
			if err != nil {
				return err
			}
			if before != nil && program(before) != program(a.engine) {
				a.firsts = append(a.firsts, first)
			}
			before = a.engine
			a.times = append(a.times, took)
			slowest = max(slowest, a.times.sum())
		}
	}
	return nil
}

// awaken executes the query until that took so long, at least once, and returns what
// the first execution took.
func (a *asked) awaken(ctx context.Context, least time.Duration) (first time.Duration, err error) {
	all := time.Duration(0)
	for n := 0; n == 0 || all < least; n++ {
		took, err := a.once(ctx)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			first = took
		}
		// An engine may say that it took no time, which is not to be for ever.
		all += max(took, time.Microsecond)
	}
	return first, nil
}

// summarise fills the result in from the times of the rounds.
func (a *asked) summarise() {
	us := a.times.micros()
	a.result.Runs, a.result.TimesUS = len(us), us
	a.result.MedianUS = Quantile(us, 0.5)
	a.result.P95US = Quantile(us, 0.95)
	a.result.MinUS = Quantile(us, 0)
	if len(a.firsts) > 0 {
		a.result.FirstUS = Quantile(a.firsts.micros(), 0.5)
	}
}

// measureMore counts allocations and asks with several clients.
func (a *asked) measureMore(ctx context.Context, o Options) error {
	if e, ok := a.engine.(interface{ InProcess() bool }); ok && e.InProcess() {
		n, err := a.allocations(ctx)
		if err != nil {
			return err
		}
		a.result.Allocs = &n
	}
	for _, clients := range o.Clients {
		r, err := a.askTogether(ctx, clients, o.ClientTime)
		if err != nil {
			return err
		}
		a.result.Clients = append(a.result.Clients, r)
	}
	return nil
}

// allocations returns how many allocations an execution makes in this process.
func (a *asked) allocations(ctx context.Context) (float64, error) {
	const calls = 5
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		if _, err := a.once(ctx); err != nil {
			return 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / calls, nil
}
