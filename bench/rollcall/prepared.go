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
type prepared struct {
	name  string // of engine and query, for errors
	query *engine.Query
}

// Count counts, as a service would: planning is part of it.
func (p *prepared) Count(ctx context.Context) (int64, time.Duration, error) {
	start := time.Now()
	n, err := p.query.Count(ctx)
	took := time.Since(start)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", p.name, err)
	}
	return int64(n), took, nil
}

// Keys returns the members' keys.
func (p *prepared) Keys(ctx context.Context) ([]int64, error) {
	n, err := p.query.Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	keys := make([]int64, 0, n)
	for text, err := range p.query.Keys(ctx) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		key, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: customer_id %q is no whole number", p.name, text)
		}
		keys = append(keys, key)
	}
	if !slices.IsSorted(keys) {
		return nil, fmt.Errorf("%s: keys are not ascending", p.name)
	}
	return keys, nil
}

// Close does nothing: the engine holds the snapshot.
func (p *prepared) Close() error { return nil }
