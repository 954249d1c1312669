package ingest

import (
	"context"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// writePostings writes the postings of a part that has just been written, where any
// of its blocks gets some.
func (l *behaviorLoad) writePostings(ctx context.Context, part int) error {
	limits := index.PostingLimits{
		Values: limit(l.opts.Indexes.PostingValues, DefaultPostingValues),
		Events: limit(l.opts.Indexes.PostingEvents, DefaultPostingEvents),
		Bytes:  limit(l.opts.Indexes.PostingBytes, DefaultPostingBytes),
	}
	bytes, err := l.out.OpenWritten(store.PartFile(l.scan.behavior, part))
	if err != nil {
		return err
	}
	file, err := toc.Open(bytes)
	if err != nil {
		return err
	}
	fields, blocks := l.described.Fields, l.blocks()
	events := index.OpenEvents(fields, blocks, []toc.Sections{file})
	gets, err := eachPart(ctx, events, blocks, func(p *index.EventPart) (done bool, err error) {
		return index.GetsPostings(p, limits)
	})
	if err != nil || !gets {
		return err
	}
	return l.out.WriteSections(store.PostingsFile(l.scan.behavior, part), func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		w := index.NewPostingsWriter(fields, limits, add)
		makers := make([]*index.PostingsMaker, counters())
		for i := range makers {
			makers[i] = w.Maker()
		}
		work := func(m *index.PostingsMaker, block int) error {
			m.Start()
			b, err := events.Block(block)
			for i := 0; err == nil && i < len(b.Parts); i++ {
				err = m.Block(b.Parts[i])
			}
			return err
		}
		err := inOrder(ctx, makers, blocks, work, func(m *index.PostingsMaker, _ int) error { return w.Add(m) })
		if err != nil {
			return err
		}
		return w.Finish()
	})
}

// eachPart calls use with the events of every block that has any, which lie in one
// part, until it says that it is done.
func eachPart(ctx context.Context, events *index.Events, blocks int, use func(*index.EventPart) (done bool, err error)) (done bool, err error) {
	for block := range blocks {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		b, err := events.Block(block)
		if err != nil {
			return false, err
		}
		for _, p := range b.Parts {
			if done, err = use(p); done || err != nil {
				return done, err
			}
		}
	}
	return false, nil
}
