package ask

import (
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// FieldsJSON is the object of fields.
type FieldsJSON struct {
	Name        string          `json:"name"`
	KeyColumn   string          `json:"key_column"`
	KeyType     model.Type      `json:"key_type"`
	Timezone    string          `json:"timezone"`
	Customers   uint64          `json:"customers"`
	LastUpdated *time.Time      `json:"last_updated,omitempty"` // of a snapshot
	Source      *SourceJSON     `json:"source,omitempty"`       // in its place
	Attributes  []AttributeJSON `json:"attributes"`
	Behaviors   []BehaviorJSON  `json:"behaviors"`
}

// AttributeJSON is an attribute.
type AttributeJSON struct {
	model.Attribute
	Stats *store.AttributeInfo `json:"stats,omitempty"`
}

// BehaviorJSON is a behavior with its fields.
type BehaviorJSON struct {
	model.Behavior
	Stats *BehaviorStatsJSON `json:"stats,omitempty"`
}

// BehaviorStatsJSON is the statistics of a behavior's events.
type BehaviorStatsJSON struct {
	Events    uint64  `json:"events"`
	Undated   uint64  `json:"undated"`
	Customers uint64  `json:"customers"`
	First     *string `json:"first"` // null: no event has a time
	Last      *string `json:"last"`
}

// NewFieldsJSON returns the object of fields.
func NewFieldsJSON(f *Fields) *FieldsJSON {
	s := f.Schema
	out := &FieldsJSON{
		Name: s.Name, KeyColumn: s.KeyColumn, KeyType: s.KeyType, Timezone: s.Timezone, Customers: f.Customers,
		LastUpdated: f.LastUpdated, Source: f.Source, Attributes: []AttributeJSON{}, Behaviors: []BehaviorJSON{},
	}
	for i, attr := range s.Attributes {
		shown := AttributeJSON{Attribute: attr}
		if f.Stats != nil {
			shown.Stats = f.Stats.Attributes[i]
		}
		out.Attributes = append(out.Attributes, shown)
	}
	for i, b := range s.Behaviors {
		shown := BehaviorJSON{Behavior: b}
		if f.Stats != nil {
			of := f.Stats.Behaviors[i]
			shown.Stats = &BehaviorStatsJSON{of.Events, of.Undated, of.Customers, TimeOrNil(of.First), TimeOrNil(of.Last)}
		}
		out.Behaviors = append(out.Behaviors, shown)
	}
	return out
}
