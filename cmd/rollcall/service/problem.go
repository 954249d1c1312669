package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
	"github.com/rollcall-db/rollcall/ingest"
)

// Problem is the body that a door answers an error with: application/problem+json of RFC
// 9457, with members of ours.
type Problem struct {
	Status   int             `json:"status"`
	Title    string          `json:"title"`
	Detail   string          `json:"detail,omitempty" doc:"what was found and what was expected; empty of a fault of the server"`
	Code     string          `json:"code" doc:"what programs tell errors apart by"`
	Problems []ProblemItem   `json:"problems,omitempty" doc:"of a rule or a configuration, all of them"`
	Changes  []ingest.Change `json:"changes,omitempty" doc:"that a configuration would make"`
	Hint     string          `json:"hint,omitempty" doc:"what to do"`
	Nearest  string          `json:"nearest,omitempty" doc:"the name that may be meant"`
	// Current is the version that is there, where a change was of another one.
	Current   uint64 `json:"current_version,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// ProblemItem is one thing wrong in a rule or a configuration, with its place.
type ProblemItem struct {
	Code      string   `json:"code"`
	Message   string   `json:"message"`
	File      string   `json:"file,omitempty" doc:"the saved segment that it is in, where it is not in the text that was sent"`
	Path      string   `json:"path,omitempty" doc:"of the place in a file: rule.conditions[2].operator.unit"`
	Line      int      `json:"line,omitempty" doc:"from 1"`
	Column    int      `json:"column,omitempty" doc:"from 1, in characters"`
	Offset    int      `json:"offset" doc:"in bytes"`
	Length    int      `json:"length" doc:"in bytes"`
	Start     int      `json:"start" doc:"in UTF-16 units, as pages count"`
	End       int      `json:"end" doc:"in UTF-16 units"`
	Hint      string   `json:"hint,omitempty"`
	Nearest   string   `json:"nearest,omitempty" doc:"the word that may be meant"`
	Allowed   []string `json:"allowed,omitempty" doc:"the words that may stand here"`
	Condition string   `json:"condition,omitempty" doc:"of what a source cannot be asked"`
}

// kind is what a door tells of an error: a status, a code, and what to do.
type kind struct {
	status     int
	code, hint string
}

// StatusOf returns the status of HTTP that an error stands for.
func StatusOf(err error) int {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.Problem.Status
	}
	return kindOf(err).status
}

// ProblemOf returns the body for an error. A fault of the server itself has no detail:
// that is for its log. Damage of the audit log has: who checks it wants to know.
func ProblemOf(err error) *Problem {
	var refused *RefusedError
	if errors.As(err, &refused) {
		p := refused.Problem
		return &p
	}
	k := kindOf(err)
	p := &Problem{Status: k.status, Title: titles[k.status], Code: k.code, Hint: k.hint}
	if k.code == codeInternal {
		return p
	}
	p.Detail = err.Error()
	p.Problems = problemsOf(err)
	if len(p.Problems) > 0 && p.Code == codeInvalid {
		p.Code = p.Problems[0].Code
	}
	p.fill(err)
	return p
}

// ProblemFor is [ProblemOf] as a caller may see it: what sources say of themselves names
// hosts and folders, and may quote data, which is for administrators.
func ProblemFor(who Caller, err error) *Problem {
	p := ProblemOf(err)
	var source *SourceError
	if p.Status == statusBadGateway && !who.Roles.Has(access.Admin) && errors.As(err, &source) {
		p.Detail = fmt.Sprintf("connection %s: it could not be asked: administrators see why", quotedList(source.Connections))
	}
	return p
}

// Codes of errors that have no code of their own.
const (
	codeInvalid  = "INVALID"
	codeNotFound = "NOT_FOUND"
	codeInternal = "INTERNAL"

	codeAuditDamaged = "AUDIT_DAMAGED" // a fault, and what the administrator has asked for
)

// kindOf tells what kind of error one is. The order matters: an error may hold others.
func kindOf(err error) kind {
	for _, of := range []func(error) (kind, bool){kindOfState, kindOfAccess, kindOfConflict, kindOfAbsence, kindOfPlace, kindOfInput} {
		if k, ok := of(err); ok {
			return k
		}
	}
	return kind{statusInternal, codeInternal, ""}
}

// kindOfState tells errors of a request that ended, or that came too early or too late.
func kindOfState(err error) (kind, bool) {
	var notBuilt *NotBuiltError
	switch {
	case errors.Is(err, context.Canceled):
		return kind{StatusClientGone, "CANCELLED", ""}, true
	case errors.Is(err, context.DeadlineExceeded):
		return kind{statusUnavailable, "TIMEOUT", "ask for less, or again later"}, true
	case errors.Is(err, ErrClosed), errors.Is(err, registry.ErrClosed), errors.Is(err, audit.ErrClosed), errors.Is(err, jobs.ErrStopped):
		return kind{statusUnavailable, "SHUTTING_DOWN", ""}, true
	case isA[*audit.DamageError](err):
		return kind{statusInternal, codeAuditDamaged, "keep the folder as it is, and compare it with the copies that you have"}, true
	case errors.As(err, &notBuilt):
		return kind{statusConflict, "NOT_BUILT", "wait for its build"}, true
	}
	return kind{}, false
}

// kindOfAccess tells errors about who asks.
func kindOfAccess(err error) (kind, bool) {
	switch {
	case isA[*access.DeniedError](err):
		return kind{statusUnauthorized, "UNAUTHORIZED", ""}, true
	case isA[*DeniedError](err):
		return kind{statusForbidden, "FORBIDDEN", ""}, true
	}
	return kind{}, false
}

// kindOfConflict tells errors about what is there already, or has become of it.
func kindOfConflict(err error) (kind, bool) {
	switch {
	case isA[*NeedsVersionError](err):
		return kind{statusPreconditionRequired, "VERSION_REQUIRED", ""}, true
	case isA[*registry.ConflictError](err):
		return kind{statusPreconditionFailed, "VERSION_CONFLICT", "read it again, and change that"}, true
	case isA[*registry.ExistsError](err):
		return kind{statusConflict, "EXISTS", ""}, true
	case isA[*registry.InUseError](err):
		return kind{statusConflict, "IN_USE", ""}, true
	case isA[*registry.StateError](err):
		return kind{statusConflict, "JOB_STATE", ""}, true
	case isA[*ManyExportsError](err):
		return kind{statusConflict, "TOO_MANY_EXPORTS", ""}, true
	case isA[*ingest.DriftError](err):
		return kind{statusConflict, "DRIFT", "delete=true allows that they go"}, true
	}
	return kind{}, false
}

// kindOfAbsence tells errors about names that nothing has.
func kindOfAbsence(err error) (kind, bool) {
	switch {
	case isA[*registry.NotFoundError](err), isA[*access.UnknownTokenError](err):
		return kind{statusNotFound, codeNotFound, ""}, true
	case isA[*TableError](err):
		return kind{statusNotFound, "UNKNOWN_TABLE", ""}, true
	case isA[*engine.KeyError](err), isA[*federate.NoCustomerError](err):
		return kind{statusNotFound, federate.CodeNoCustomer, ""}, true
	case errors.Is(err, engine.ErrVersionNotFound):
		return kind{statusNotFound, "NO_SUCH_VERSION", ""}, true
	}
	return kind{}, false
}

// kindOfPlace tells errors of what sources, or numbers, cannot hold.
func kindOfPlace(err error) (kind, bool) {
	const wrong = statusUnprocessable
	var inPlace *federate.UnsupportedError
	var sql *sqlgen.UnsupportedError
	var outOfRange *federate.RangeError
	var overflow *engine.OverflowError
	switch {
	case errors.As(err, &inPlace):
		return kind{wrong, inPlace.Code, inPlace.Do}, true
	case errors.As(err, &sql):
		return kind{wrong, sql.Code, ""}, true
	case errors.Is(err, ask.ErrNoSQLEngine), isA[*federate.NoEngineError](err):
		return kind{wrong, federate.CodeNoEngine, "a copied parent segment can be made of it"}, true
	case errors.As(err, &outOfRange):
		return kind{wrong, outOfRange.Code, ""}, true
	case errors.As(err, &overflow):
		return kind{wrong, overflow.Code(), ""}, true
	}
	return kind{}, false
}

// kindOfInput tells errors about what was asked, and of sources that failed.
func kindOfInput(err error) (kind, bool) {
	const wrong = statusUnprocessable
	var configuration *ConfigurationError
	switch {
	case errors.As(err, &configuration):
		return kind{wrong, configuration.Code, ""}, true
	case isA[*OutsideError](err):
		return kind{wrong, "OUTSIDE_FILES_ROOTS", ""}, true
	case isA[*engine.ColumnError](err):
		return kind{wrong, "UNKNOWN_COLUMN", ""}, true
	case isA[*InputError](err), isA[*ask.InputError](err), isA[*registry.InvalidError](err), isA[*audit.EventError](err),
		ask.RuleProblems(err) != nil, isA[*model.ConfigError](err), isA[*ingest.ConfigError](err), isA[*ingest.OverlapError](err),
		isA[*engine.RepeatedColumnError](err), isA[*engine.SpanError](err), isA[*engine.BreakdownError](err), isA[*engine.PickError](err),
		isA[*engine.SplitError](err), isA[*engine.QueriesError](err), isA[*source.ConnectionError](err):
		return kind{wrong, codeInvalid, ""}, true
	case isA[*SourceError](err):
		return kind{statusBadGateway, "SOURCE_FAILED", ""}, true
	}
	return kind{}, false
}

// isA reports whether an error is one of a type, or holds one.
func isA[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// fill adds what an error says in fields of its own.
func (p *Problem) fill(err error) {
	var (
		missing  *registry.NotFoundError
		token    *access.UnknownTokenError
		table    *TableError
		column   *engine.ColumnError
		drift    *ingest.DriftError
		conflict *registry.ConflictError
	)
	switch {
	case errors.As(err, &missing):
		p.Nearest = missing.Nearest
	case errors.As(err, &token):
		p.Nearest = token.Nearest
	case errors.As(err, &table):
		p.Nearest = table.Nearest
	case errors.As(err, &column):
		p.Nearest = column.Nearest
	case errors.As(err, &drift):
		p.Changes = slices.Clone(drift.Drift.Changes)
	case errors.As(err, &conflict):
		p.Current = conflict.Current.Version
	}
}
