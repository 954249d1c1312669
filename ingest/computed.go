package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// computedAttribute is an attribute that a build computes from events.
type computedAttribute struct {
	attribute int // position in the schema
	computed  *rule.Computed
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

// computedAttributes computes and writes the computed attributes, which are the
// last, from all events.
func (b *builder) computedAttributes(ctx context.Context) error {
	for _, c := range b.resolved.computed {
		values, err := b.compute(ctx, c)
		if err != nil {
			return fmt.Errorf("computed attribute %q: %w", b.schema.Attributes[c.attribute].Name, err)
		}
		if err := b.writeAttribute(ctx, c.attribute, values, b.sameAttribute(c.attribute)); err != nil {
			return err
		}
	}
	return nil
}

// compute computes an attribute for all customers.
func (b *builder) compute(ctx context.Context, c *computedAttribute) (*column.Builder, error) {
	values := column.NewBuilder(c.computed.Result, b.customers.numbered)
	behavior := c.computed.Test.Behavior
	node := plan.Computed(c.computed, b.schema, b.loc, b.events[behavior], b.manifest.Behaviors[behavior].KeptFrom, b.asOf)
	for block := range b.blocks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := exec.Compute(ctx, node, c.computed.Result, block, b.customers.liveIn(block), values); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// sameAttribute returns the attribute of the old version to compare attribute i
// with, -1 where there is none.
func (b *builder) sameAttribute(i int) int { return b.old.attribute(b.schema, b.layout, i) }
