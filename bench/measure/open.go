package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Stored is an engine whose files a fresh process can open.
type Stored struct {
	Engine string
	Dir    string // the folder of its files; nothing else is in it
}

// FirstCount starts a process that opens the files of an engine in dir and
// counts once, and returns the count and how long it took from opening the files
// to the answer.
type FirstCount func(ctx context.Context, engine, dir string) (count int64, took time.Duration, err error)

// What the rows of Open are called.
const (
	openWarm    = "first count, page cache warm"
	openDropped = "first count, page cache dropped"
)

// opening is a copy of an engine's files, and what was measured of it.
type opening struct {
	engine        string
	dir           string
	warm, dropped durations
	kept          int64 // bytes, the most that stayed in the page cache after dropping it
	unsupported   bool  // the page cache cannot be dropped
}

// Open measures the first count of fresh processes, engine against engine in
// alternation: with the files in the page cache, and after they were dropped from
// it. The processes open copies of the files, below scratch, because pages that
// another process has mapped cannot be dropped, and because some engines lock
// theirs; the copies are removed. All counts must be equal. Rounds of either kind
// end when o.Budget says so, as those of Time do.
func Open(ctx context.Context, stored []Stored, scratch string, count FirstCount, o Options) (timings []Timing, err error) {
	root := filepath.Join(scratch, "open")
	if err := os.Mkdir(root, 0o700); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(root)) }()
	all := make([]*opening, len(stored))
	for i, s := range stored {
		all[i] = &opening{engine: s.Engine, dir: filepath.Join(root, s.Engine)}
		o.Progress("copying the files of "+s.Engine, i, len(stored))
		if err := copyFolder(ctx, all[i].dir, s.Dir); err != nil {
			return nil, err
		}
	}
	same := sameCount(count)
	for _, x := range all { // brings the files into the page cache
		if _, err := same(ctx, x.engine, x.dir); err != nil {
			return nil, err
		}
	}
	for _, dropped := range []bool{false, true} {
		slowest := time.Duration(0)
		for round := range o.Runs {
			o.Progress("first counts of fresh processes", round, o.Runs)
			if o.enough(round, slowest) {
				break
			}
			for i := range all {
				x := all[(round+i)%len(all)]
				if err := x.start(ctx, same, dropped); err != nil {
					return nil, err
				}
				slowest = max(slowest, x.of(dropped).sum())
			}
		}
	}
	for _, x := range all {
		timings = append(timings, x.timings()...)
	}
	return timings, nil
}

// sameCount runs count and makes sure that it counts what it did at first.
func sameCount(count FirstCount) func(ctx context.Context, engine, dir string) (time.Duration, error) {
	first, by := int64(-1), ""
	return func(ctx context.Context, engine, dir string) (time.Duration, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, took, err := count(ctx, engine, dir)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%s, in a process of its own: %w", engine, err)
		case first < 0:
			first, by = n, engine
		case n != first:
			return 0, fmt.Errorf("%w: %s counts %d customers in a process of its own, %s %d", ErrDiffer, engine, n, by, first)
		}
		return took, nil
	}
}

// start lets one process count, with the page cache dropped before or not.
func (x *opening) start(ctx context.Context, count func(context.Context, string, string) (time.Duration, error), dropped bool) error {
	if dropped {
		kept, err := dropCache(x.dir)
		if errors.Is(err, errors.ErrUnsupported) {
			x.unsupported = true
			return nil
		}
		if err != nil {
			return err
		}
		x.kept = max(x.kept, kept)
	}
	took, err := count(ctx, x.engine, x.dir)
	if err != nil {
		return err
	}
	if dropped {
		x.dropped = append(x.dropped, took)
	} else {
		x.warm = append(x.warm, took)
	}
	return nil
}

// of returns the times with the page cache dropped before, or not.
func (x *opening) of(dropped bool) durations {
	if dropped {
		return x.dropped
	}
	return x.warm
}

// timings returns the two rows of an engine.
func (x *opening) timings() []Timing {
	warm, dropped := x.warm.timing(openWarm, x.engine), x.dropped.timing(openDropped, x.engine)
	switch {
	case x.unsupported:
		dropped.Note = "not supported: this system drops no pages on request"
	case x.kept > 0:
		dropped.Note = fmt.Sprintf("%d bytes of the files stayed in the page cache", x.kept)
	}
	return []Timing{warm, dropped}
}
