package ingest

import (
	"context"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
)

const blockRows = bitmap.BlockRows

// write writes what the log holds as a new part after those that stay, and
// describes the behavior.
func (l *behaviorLoad) write(ctx context.Context) error {
	to := l.scan.behavior
	for p := range l.kept {
		if err := l.adoptPart(to, p); err != nil {
			return err
		}
	}
	info := store.BehaviorInfo{KeptFrom: l.keptFrom, Parts: append([]store.PartInfo{}, l.kept...)}
	if l.log.events > 0 {
		w := &partWriter{behaviorLoad: l, timeline: index.NewTimelineBuilder(l.loc), part: len(l.kept)}
		if err := w.write(ctx); err != nil {
			return err
		}
		if err := l.writePostings(ctx, w.part); err != nil {
			return err
		}
		info.Parts = append(info.Parts, w.info)
	}
	l.manifest.Behaviors = append(l.manifest.Behaviors, info)
	return l.describe(ctx)
}

// partFiles returns the names of the files of part p of behavior from, each with
// what it is called as a part of behavior to.
func partFiles(from, to, p int) map[string]string {
	fromDirectory, fromBitmaps := store.PartIndexFiles(from, p)
	toDirectory, toBitmaps := store.PartIndexFiles(to, p)
	return map[string]string{
		store.PartFile(from, p): store.PartFile(to, p),
		fromDirectory:           toDirectory, fromBitmaps: toBitmaps,
	}
}

// adoptPart makes the files of a part that stays files of behavior to.
func (l *behaviorLoad) adoptPart(to, p int) error {
	files := partFiles(l.old, to, p)
	for from, name := range map[string]string{ // that not every part has
		store.PartLevelsFile(l.old, p): store.PartLevelsFile(to, p),
		store.PostingsFile(l.old, p):   store.PostingsFile(to, p),
	} {
		if l.builder.old.file(from) != nil {
			files[from] = name
		}
	}
	return l.adopt(files)
}

// widen makes a span of time take t in.
func widen(first, last **int64, t int64) {
	if *first == nil || t < **first {
		*first = &t
	}
	if *last == nil || t > **last {
		*last = &t
	}
}
