package ask

import (
	"errors"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
	"github.com/rollcall-db/rollcall/ingest"
)

// ErrorJSON says what went wrong: the message, and what a program can use of it.
type ErrorJSON struct {
	Message  string          `json:"error"`
	Problems any             `json:"problems,omitempty"` // [rule.Errors], or a list of [model.Problem], [ingest.Problem] or [UnsupportedJSON]
	Changes  []ingest.Change `json:"changes,omitempty"`  // of a build that would remove names
	Hint     string          `json:"hint,omitempty"`     // what to do; may be empty
}

// UnsupportedJSON is what a dialect of SQL, a source or a number cannot hold.
type UnsupportedJSON struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Condition string `json:"condition,omitempty"` // canonical text
}

// NewErrorJSON describes an error: for a rule or a configuration every problem with its
// code and place, for a build that would remove names the changes. The hint is that of
// the error; what to do about changes is for the caller to say, who knows how.
func NewErrorJSON(err error) *ErrorJSON {
	out := &ErrorJSON{Message: err.Error()}
	var (
		config      *model.ConfigError
		inSource    *ingest.ConfigError
		drift       *ingest.DriftError
		unsupported *sqlgen.UnsupportedError
		inPlace     *federate.UnsupportedError
		overflow    *engine.OverflowError
		outOfRange  *federate.RangeError
	)
	switch {
	case RuleProblems(err) != nil:
		out.Problems = RuleProblems(err)
	case errors.As(err, &config):
		out.Problems = config.Problems
	case errors.As(err, &inSource):
		out.Problems = inSource.Problems
	case errors.As(err, &inPlace):
		problem := UnsupportedJSON{Code: inPlace.Code, Message: inPlace.Err.Error()}
		if errors.As(err, &unsupported) {
			problem.Condition = unsupported.Condition
		}
		out.Problems, out.Hint = []UnsupportedJSON{problem}, inPlace.Do
	case errors.Is(err, ErrNoSQLEngine), IsAny(err, new(*federate.NoEngineError)):
		out.Problems = []UnsupportedJSON{{Code: federate.CodeNoEngine, Message: err.Error()}}
	case errors.As(err, &unsupported):
		out.Problems = []UnsupportedJSON{{unsupported.Code, unsupported.What, unsupported.Condition}}
	case errors.As(err, &overflow):
		out.Problems = []UnsupportedJSON{{overflow.Code(), overflow.Error(), overflow.Condition}}
	case errors.As(err, &outOfRange):
		out.Problems = []UnsupportedJSON{{Code: outOfRange.Code, Message: outOfRange.Err.Error()}}
	case errors.As(err, &drift):
		out.Changes = drift.Drift.Changes
	}
	return out
}
