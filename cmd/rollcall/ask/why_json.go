package ask

import "github.com/rollcall-db/rollcall/engine"

// WhyJSON is the object of why.
type WhyJSON struct {
	Key   string `json:"key"`
	Holds bool   `json:"holds"`
	AnswerJSON
	Reason ReasonJSON `json:"reason"`
}

// ReasonJSON is a condition with whether it holds. One that a value has decided has
// subject and value, and only that.
type ReasonJSON struct {
	Kind      engine.ReasonKind `json:"kind"`
	Condition string            `json:"condition"`
	Holds     bool              `json:"holds"`
	Reasons   []ReasonJSON      `json:"reasons,omitempty"` // of the conditions below; none: a segment explained before
	Subject   string            `json:"subject,omitempty"`
	Value     *any              `json:"value,omitempty"` // null: NULL, or no event of a step
}

// NewWhyJSON returns the object of why; key is as it was asked for.
func NewWhyJSON(key string, a *Answer, r *engine.Reason) *WhyJSON {
	return &WhyJSON{Key: key, Holds: r.Holds, AnswerJSON: *NewAnswerJSON(a), Reason: newReasonJSON(r)}
}

func newReasonJSON(r *engine.Reason) ReasonJSON {
	out := ReasonJSON{Kind: r.Kind, Condition: r.Condition, Holds: r.Holds}
	for i := range r.Reasons {
		out.Reasons = append(out.Reasons, newReasonJSON(&r.Reasons[i]))
	}
	if r.Subject != "" {
		value := ValueJSON(r.Value)
		out.Subject, out.Value = r.Subject, &value
	}
	return out
}
