package ingest

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// writeLevels writes the groups of days of the part's timeline, unless none pays.
func (w *partWriter) writeLevels(ctx context.Context, directory arrow.RecordBatch, bitmaps []byte) error {
	least := limit(w.opts.Indexes.LevelRows, DefaultLevelRows)
	if least == 0 {
		return nil
	}
	timeline, err := index.OpenTimeline(directory, toc.Memory(bitmaps))
	if err != nil {
		return err
	}
	groups, name := 0, store.PartLevelsFile(w.scan.behavior, w.part)
	err = w.out.WriteSections(name, func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		b := index.NewLevelsBuilder(timeline, w.blocks(), uint64(least), add)
		makers := make([]*index.LevelsMaker, counters())
		for i := range makers {
			makers[i] = b.Maker()
		}
		if err := inOrder(ctx, makers, b.Spans(), (*index.LevelsMaker).Make, func(m *index.LevelsMaker, _ int) error { return b.Add(m) }); err != nil {
			return err
		}
		groups, err = b.Finish()
		return err
	})
	if err != nil || groups > 0 {
		return err
	}
	return w.out.Discard(name)
}
