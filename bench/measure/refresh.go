package measure

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// Refresh appends one more day, add, to every engine, and compares afterwards
// what they answer to queries, which should be as of that day's end. Engines that
// shared names show the data of one before them: they are brought up to date,
// untimed. Engines that cannot append have a note instead of a time, and are not
// compared. The appended day stays.
func Refresh(ctx context.Context, add *workload.Dataset, engines []contender.Engine, shared func(contender.Engine) bool,
	name string, queries []suite.Query, progress Progress,
) ([]Timing, *Comparison, error) {
	rows := int64(0)
	for _, t := range add.Tables {
		rows += t.Rows
	}
	var timings []Timing
	var current []contender.Engine
	for i, e := range engines {
		progress("appending a day to "+e.Name(), i, len(engines))
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		took, err := e.Append(ctx, add)
		switch {
		case errors.Is(err, contender.ErrUnsupported):
			timings = append(timings, Timing{What: "append a day", Engine: e.Name(), Note: err.Error()})
			continue
		case err != nil:
			return nil, nil, fmt.Errorf("appending a day: %w", err)
		case !shared(e):
			t := durations{took}.timing("append a day", e.Name())
			t.Note = fmt.Sprintf("%d rows", rows)
			timings = append(timings, t)
		}
		current = append(current, e)
	}
	c, err := Compare(ctx, name, queries, current, progress)
	return timings, c, err
}
