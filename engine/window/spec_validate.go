package window

import (
	"fmt"
	"time"
)

// Validate returns nil if the window has a meaning: a known form, the units and
// times that the form needs, and counts in range. Counts are at least 1 and at
// most MaxYears' worth of their unit; N of Ago may be 0 and is below M. A Between
// whose times are the wrong way round is valid; see Empty.
func (s Spec) Validate() error {
	switch s.Form {
	case Ever, Today, Yesterday:
		return nil
	case This:
		return s.checkUnit(s.Unit)
	case InLast, InLastFull, InNext, InNextFull, MoreThanAgo:
		return s.checkCount(s.N, 1, s.Unit)
	case Ago:
		if err := s.checkCount(s.N, 0, s.Unit); err != nil {
			return err
		}
		if err := s.checkCount(s.M, 1, s.Unit); err != nil {
			return err
		}
		if s.N >= s.M {
			return fmt.Errorf("window %q goes from %d to %d: expected the smaller count first", s, s.N, s.M)
		}
		return nil
	case For:
		if err := s.checkCount(s.N, 1, s.Unit); err != nil {
			return err
		}
		return s.checkCount(s.M, 1, s.Unit2)
	case Between:
		return s.checkPoints(s.From, s.To)
	case Since, After, Before:
		return s.checkPoints(s.From)
	}
	return fmt.Errorf("window form %d is unknown: expected %d to %d", s.Form, Ever, MoreThanAgo)
}

// Empty reports whether the window holds no instant whatever as_of is: a
// Between whose From is after its To in loc.
func (s Spec) Empty(loc *time.Location) bool {
	return s.Form == Between && s.From.Instant(loc) >= s.To.End(loc)
}

func (s Spec) checkUnit(unit Unit) error {
	if !unit.valid() {
		return fmt.Errorf("window %q has an unknown unit: expected %s to %s", s, Second, Year)
	}
	return nil
}

func (s Spec) checkCount(n, lowest int64, unit Unit) error {
	if err := s.checkUnit(unit); err != nil {
		return err
	}
	if limit := unit.maxCount(); n < lowest || n > limit {
		return fmt.Errorf("window %q counts %d %s: expected %d to %d", s, n, unit.after(n), lowest, limit)
	}
	return nil
}

func (s Spec) checkPoints(points ...Point) error {
	for _, p := range points {
		if p.IsZero() {
			return fmt.Errorf("window %q lacks a time", s)
		}
	}
	return nil
}
