package ingest

import (
	"math"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// rankLimits returns what the ranks of the behavior are asked to hold.
func (l *behaviorLoad) rankLimits() index.RankLimits {
	x := &l.opts.Indexes
	limits := index.RankLimits{
		Recent:   min(limit(x.Ranks, DefaultRanks), model.MaxRanks),
		Distinct: min(limit(x.DistinctRanks, DefaultDistinctRanks), model.MaxRanks),
		Values:   limit(x.RankedValues, DefaultRankedValues),
	}
	if i := l.scan.behavior; i < len(l.layout.Behaviors) && l.layout.Behaviors[i].Ranks != nil { // old versions have no layout
		limits.Recent = min(max(*l.layout.Behaviors[i].Ranks, 0), model.MaxRanks)
	}
	if limits.Recent == 0 || limits.Distinct == 0 || limits.Values == 0 {
		limits.Distinct, limits.Values = 0, 0
	}
	limits.Values = min(limits.Values, math.MaxUint16-1)
	return limits
}

// rankBuilder returns the builder of the ranks of the behavior, of so many parts;
// nil where there are to be none, or those of the old version have been adopted:
// they hold as long as the parts do, whoever came or went.
func (l *behaviorLoad) rankBuilder(parts int) (*index.RanksBuilder, error) {
	limits := l.rankLimits()
	if !limits.Any() || parts == 0 {
		return nil, nil
	}
	if l.log.events == 0 {
		if adopted, err := l.adoptRanks(parts, limits); adopted || err != nil {
			return nil, err
		}
	}
	days := make([][]window.Interval, parts)
	for p := range days {
		name, _ := store.PartIndexFiles(l.scan.behavior, p)
		table, err := l.out.OpenTable(name, 1)
		if err != nil {
			return nil, err
		}
		directory, err := table.Batch(0)
		if err != nil {
			return nil, err
		}
		if days[p], err = index.TimelineDays(directory); err != nil {
			return nil, err
		}
	}
	all, ok := index.RankDays(days)
	if !ok || len(all) == 0 {
		return nil, nil
	}
	return index.NewRanksBuilder(l.described.Fields, all, limits), nil
}

// changedFrom returns the number of the first part that has events which the ranks
// of the old version do not know, and has the builder go on from these; 0 where it
// cannot: ranks go on from others where no event has gone.
func (l *behaviorLoad) changedFrom(ranks *index.RanksBuilder, info *store.BehaviorInfo) int {
	if ranks == nil || l.old < 0 || len(l.kept) == 0 {
		return 0
	}
	missing := l.log.events - l.merged.events
	for _, p := range l.builder.old.Manifest().Behaviors[l.old].Parts {
		missing += int64(p.Events)
	}
	for _, p := range info.Parts {
		missing -= int64(p.Events)
	}
	old, err := l.builder.old.Ranks(l.old)
	if missing != 0 || err != nil || old == nil || !ranks.Change(old) {
		return 0 // what cannot be read is made anew
	}
	return len(l.kept)
}

// adoptRanks takes over the ranks of the old version, of which all parts stay, if
// they hold what is asked for.
func (l *behaviorLoad) adoptRanks(parts int, limits index.RankLimits) (adopted bool, err error) {
	if l.old < 0 || parts != len(l.builder.old.Manifest().Behaviors[l.old].Parts) {
		return false, nil
	}
	ranks, err := l.builder.old.Ranks(l.old)
	if err != nil || ranks == nil || ranks.Limits() != limits {
		return false, err
	}
	return true, l.adopt(map[string]string{store.RanksFile(l.old): store.RanksFile(l.scan.behavior)})
}
