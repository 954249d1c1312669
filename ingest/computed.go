package ingest

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// computedAttribute is an attribute that a build computes from events.
type computedAttribute struct {
	attribute int // position in the schema
	computed  *rule.Computed
	values    *column.Builder
}

// computed resolves one computed attribute. Behaviors have been resolved.
func (r *resolver) computed(path string, c *model.ComputedSource) {
	if r.out.schema.Behavior(c.Behavior) < 0 {
		return // the file has it, else it would not have loaded: its behavior is the problem
	}
	computed, err := rule.ParseComputed(c.Rule, c.Behavior, r.out.schema)
	var problem *rule.Error
	switch {
	case errors.As(err, &problem):
		r.problem(string(problem.Code), path+".rule", err)
		return
	case err != nil:
		r.failed = err
		return
	}
	r.out.computed = append(r.out.computed, &computedAttribute{attribute: len(r.out.schema.Attributes), computed: computed})
	r.out.schema.Attributes = append(r.out.schema.Attributes, model.Attribute{Name: c.Name, Type: computed.Result})
	r.out.layout.Attributes = append(r.out.layout.Attributes, model.ColumnLayout{})
}

// compute computes the attributes that come from the events of a behavior.
func (b *builder) compute(ctx context.Context, behavior int, events *index.Collected, order []uint32) error {
	var wanted []*computedAttribute
	for _, c := range b.resolved.computed {
		if c.computed.Test.Behavior == behavior {
			c.values = column.NewBuilder(c.computed.Result, b.keys.len())
			wanted = append(wanted, c)
		}
	}
	for block := range b.blocks() {
		if len(wanted) == 0 {
			break
		}
		// Opened anew for each block, so that one block's events are held at a time.
		stored := index.OpenEvents(events.Fields, &collectedBatches{events: events, order: order, blocks: b.blocks()})
		for _, c := range wanted {
			node := plan.Computed(c.computed, b.schema, b.loc, stored, b.asOf)
			if err := exec.Compute(ctx, node, c.computed.Result, block, c.values); err != nil {
				return fmt.Errorf("computed attribute %q: %w", b.schema.Attributes[c.attribute].Name, err)
			}
		}
	}
	return nil
}

// writeComputed writes the computed attributes, which are the last.
func (b *builder) writeComputed(ctx context.Context) error {
	for _, c := range b.resolved.computed {
		if err := b.writeAttribute(ctx, c.attribute, c.values); err != nil {
			return err
		}
		c.values = nil
	}
	return nil
}

// collectedBatches is the events of a behavior as they will be stored: a batch per
// block of customers.
type collectedBatches struct {
	events *index.Collected
	order  []uint32 // of blocks, then of time
	blocks int
}

func (c *collectedBatches) NumBatches() int { return c.blocks }

func (c *collectedBatches) Batch(i int) (arrow.RecordBatch, error) {
	starts := func(block int) int {
		return sort.Search(len(c.order), func(j int) bool { return int(c.events.Rows[c.order[j]]/bitmap.BlockRows) >= block })
	}
	return c.events.Batch(c.order[starts(i):starts(i+1)])
}

func (c *collectedBatches) Corrupt(reason error) error { return reason }
