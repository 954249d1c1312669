package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

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

// computedOf returns the attributes that are computed from the events of a
// behavior, with room for their values.
func (b *builder) computedOf(behavior int) []*computedAttribute {
	var wanted []*computedAttribute
	for _, c := range b.resolved.computed {
		if c.computed.Test.Behavior == behavior {
			c.values = column.NewBuilder(c.computed.Result, b.keys.len())
			wanted = append(wanted, c)
		}
	}
	return wanted
}

// compute sets the computed attributes of one block's customers from the
// block's events.
func (w *behaviorWriter) compute(ctx context.Context, block int, events arrow.RecordBatch) error {
	if len(w.computed) == 0 {
		return nil
	}
	stored := index.OpenEvents(w.described.Fields, &oneBlock{block: block, blocks: w.blocks(), events: events})
	for _, c := range w.computed {
		node := plan.Computed(c.computed, w.schema, w.loc, stored, w.asOf)
		if err := exec.Compute(ctx, node, c.computed.Result, block, c.values); err != nil {
			return fmt.Errorf("computed attribute %q: %w", w.schema.Attributes[c.attribute].Name, err)
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

// oneBlock is the stored events of a behavior of which one block is there.
type oneBlock struct {
	block, blocks int
	events        arrow.RecordBatch
}

func (o *oneBlock) NumBatches() int { return o.blocks }

func (o *oneBlock) Batch(i int) (arrow.RecordBatch, error) {
	if i != o.block {
		return nil, fmt.Errorf("events of block %d are wanted while block %d is computed", i, o.block)
	}
	return o.events, nil
}

func (o *oneBlock) Corrupt(reason error) error { return reason }
