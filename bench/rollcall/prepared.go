package rollcall

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// prepared is a checked rule at its as_of.
type prepared struct{ query *engine.Query }

// Count counts, as a service would: planning is part of it.
func (p *prepared) Count(ctx context.Context) (int64, time.Duration, error) {
	start := time.Now()
	n, err := p.query.Count(ctx)
	return int64(n), time.Since(start), err
}

// Keys returns the members' keys.
func (p *prepared) Keys(ctx context.Context) ([]int64, error) {
	n, err := p.query.Count(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]int64, 0, n)
	for text, err := range p.query.Keys(ctx) {
		if err != nil {
			return nil, err
		}
		key, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("rollcall: customer_id %q is no whole number", text)
		}
		keys = append(keys, key)
	}
	if !slices.IsSorted(keys) {
		return nil, fmt.Errorf("rollcall: keys are not ascending")
	}
	return keys, nil
}

// Close does nothing: the engine holds the snapshot.
func (p *prepared) Close() error { return nil }
