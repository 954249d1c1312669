package service

import (
	"context"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
)

// knownSchema returns the names and types of a parent segment as far as they are known
// without asking its source: of its snapshot, else of the last look at the source. nil:
// they are not known.
func (s *Service) knownSchema(ctx context.Context, e *entry) (*model.Schema, error) {
	if e.Mode == registry.Copied {
		h, err := s.hold(ctx, e)
		if err == nil {
			defer h.release()
			return h.db.Schema(), nil
		}
		if !isA[*NotBuiltError](err) {
			return nil, err
		}
	}
	if was := e.resolved.Load(); was != nil {
		return was.schema, nil
	}
	return nil, nil
}
