package schedule

import (
	"math/bits"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

const (
	// MaxJitter is the bound of every jitter.
	MaxJitter = 30 * time.Minute
	// jitterShare is which part of the time between two due times a jitter may
	// be: a twelfth is five minutes of an hour.
	jitterShare = 12

	// firstBackoff is the wait after one failure. It doubles with every other one.
	firstBackoff = time.Minute
	// MaxBackoff is the longest wait after failures, without its jitter.
	MaxBackoff = time.Hour
	// backoffShare is which part of the wait its jitter may be.
	backoffShare = 10

	// lastYear is the last one with due times: JSON has no later times.
	lastYear = 9999
)

// Schedule says when something is to run. It is made by [New]; the zero Schedule
// is that of type none. It does not change.
type Schedule struct {
	loc    *time.Location
	days   *calendar // nil: none
	name   uint64    // hash of the name
	jitter time.Duration
}

// New returns the schedule of a configuration. Its times are of the time zone that
// it names, else of timezone, else of UTC. The name, of a parent segment, makes the
// jitter. The error of a schedule that is not one says what was found where, and
// what was expected.
func New(of model.Schedule, timezone *time.Location, name string) (*Schedule, error) {
	s := &Schedule{loc: timezone, name: xxhash.Sum64String(name)}
	if s.loc == nil {
		s.loc = time.UTC
	}
	if of.Timezone != "" {
		loc, err := window.LoadLocation(of.Timezone)
		if err != nil {
			return nil, wrong("timezone", err)
		}
		s.loc = loc
	}
	days, err := calendarOf(of)
	if err != nil {
		return nil, err
	}
	if days == nil {
		return s, nil
	}
	s.days = days
	s.jitter = s.share(min(days.shortest()/jitterShare, MaxJitter))
	return s, nil
}

// share returns the part of bound that the name makes: 0 or more, less than bound.
func (s *Schedule) share(bound time.Duration) time.Duration {
	part, _ := bits.Mul64(s.name, uint64(bound))
	return time.Duration(part)
}

// Jitter returns how long after a due time the run starts. It is 0 or more and
// less than both [MaxJitter] and a twelfth of the shortest time between two due
// times of a day without a change of the clock; that of one due time a day is 24
// hours. It depends on the name and on the times of the day, on nothing else.
func (s *Schedule) Jitter() time.Duration { return s.jitter }

// Next returns the first start of a run after an instant, in the schedule's time
// zone: a due time and the jitter behind it. It is false where there is none: type
// none, and after the year 9999.
func (s *Schedule) Next(after time.Time) (time.Time, bool) {
	due, ok := s.nextDue(after.Add(-s.jitter))
	if !ok {
		return time.Time{}, false
	}
	return due.Add(s.jitter), true
}

// nextDue returns the first due time after an instant.
func (s *Schedule) nextDue(after time.Time) (time.Time, bool) {
	if s.days == nil || after.Year() > lastYear {
		return time.Time{}, false
	}
	if after.Before(time.Time{}) {
		after = time.Time{}
	}
	var second int64
	var ok bool
	if s.days.everyHour {
		second, ok = nextShown(s.days, after.Unix(), s.loc)
	} else {
		second, ok = nextOnce(s.days, after.Unix(), s.loc)
	}
	due := time.Unix(second, 0).In(s.loc)
	if !ok || due.Year() > lastYear {
		return time.Time{}, false
	}
	return due, true
}

// Due reports whether a run is to start now: a due time came after lastSuccess and
// its jitter is over. However many were missed, it is one run. lastSuccess is when
// the last run that succeeded started, for its data is not newer; the zero Time,
// never, makes a run due at once, unless the type is none.
//
// Who waits until [Schedule.Next] and then asks Due does not run again what was run
// by hand between a due time and its start.
func (s *Schedule) Due(lastSuccess, now time.Time) bool {
	due, ok := s.nextDue(lastSuccess)
	return ok && !now.Before(due.Add(s.jitter))
}

// Backoff returns how long to wait after so many failures in a row: nothing after
// none, a minute after one, twice as long after every other one, at most
// [MaxBackoff]; and up to a tenth of that more, by the name.
func (s *Schedule) Backoff(failures int) time.Duration {
	if failures <= 0 {
		return 0
	}
	wait := firstBackoff
	for ; failures > 1 && wait < MaxBackoff; failures-- {
		wait *= 2
	}
	wait = min(wait, MaxBackoff)
	return wait + s.share(wait/backoffShare)
}
