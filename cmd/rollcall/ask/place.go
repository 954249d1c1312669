package ask

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// Place is a source that answers in SQL, with what a parent segment comes to there. It
// is safe for concurrent use until it is closed, after every question asked of it; its
// fields are not changed.
type Place struct {
	*federate.Place
	Source   source.Source // of Engine, or the one of several that is
	Parent   *model.ParentSegment
	AsOf     time.Time // that rules are asked at
	Location *time.Location
	// Name is what Describe gives in place of the source's URI, for who must not see where
	// that is; empty: the URI. Set before the first question.
	Name string
}

// OpenPlace looks the tables of a parent segment up in a source, as a build at asOf
// would. The place has src from then on, and closes it; after an error src is as it was,
// and the caller's. The error of a source without SQL is a [*federate.NoEngineError].
func OpenPlace(ctx context.Context, parent *model.ParentSegment, src source.Source, asOf time.Time) (*Place, error) {
	loc, err := window.LoadLocation(parent.Timezone)
	if err != nil {
		return nil, err
	}
	schema, layout, err := ingest.Resolve(ctx, parent, src, asOf)
	if err != nil {
		return nil, err
	}
	at, err := federate.At(src, schema, layout)
	if err != nil {
		return nil, err
	}
	return &Place{Place: at, Source: src, Parent: parent, AsOf: asOf, Location: loc}, nil
}

// At returns the same place with rules asked at another time. Its tables are as p has
// them; closing either closes the source of both.
func (p *Place) At(asOf time.Time) *Place {
	at := *p
	at.AsOf = asOf
	return &at
}

// Close closes the source.
func (p *Place) Close() error { return p.Source.Close() }

// Describe says which source answers, and from which state of its tables.
func (p *Place) Describe(ctx context.Context) (*SourceJSON, error) {
	out := &SourceJSON{URI: cmp.Or(p.Name, p.Engine.URI()), Versions: map[string]string{}, Notes: []string{}}
	for _, ref := range p.tables() {
		name := ref.String()
		ref.Connection = "" // a source does not know what others call it
		table, err := p.Engine.Table(ctx, ref)
		if err != nil {
			return nil, err
		}
		info := table.Info()
		if info.Version != "" {
			out.Versions[name] = info.Version
		}
		if info.Unpinned {
			out.Unpinned = append(out.Unpinned, name)
		}
		for _, note := range info.Notes {
			out.Notes = append(out.Notes, fmt.Sprintf("table %s: %s", name, note))
		}
	}
	return out, nil
}

// tables returns the tables of the place, each once, the master table first.
func (p *Place) tables() []model.TableRef {
	refs := []model.TableRef{p.Layout.Master}
	for i := range p.Layout.Attributes {
		refs = append(refs, p.Layout.Attributes[i].Table)
	}
	for i := range p.Layout.Behaviors {
		refs = append(refs, p.Layout.Behaviors[i].Table)
	}
	seen := map[model.TableRef]bool{{}: true} // of attributes that no table has
	return slices.DeleteFunc(refs, func(ref model.TableRef) bool {
		twice := seen[ref]
		seen[ref] = true
		return twice
	})
}
