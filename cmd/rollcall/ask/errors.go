package ask

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
	"github.com/rollcall-db/rollcall/ingest"
)

// ErrNoSQLEngine is what a folder of files says that is to be asked in place.
var ErrNoSQLEngine = errors.New("a folder of files has no SQL engine in this program: build a snapshot of it and ask that [NO_SQL_ENGINE]")

// Kind is whose doing an error is.
type Kind int

// The kinds of errors. What is neither nil nor a Mistake is of the Environment: an
// error of a source, of a disk, of data, or of a context that has ended.
const (
	None        Kind = iota // the error is nil
	Mistake                 // what was asked is wrong: a rule, a name, a configuration, a limit; asking again gives the same
	Environment             // what was asked may be right, and could not be answered
)

// KindOf says whose doing an error is, however it is wrapped. Exit codes and statuses
// of HTTP are made from it.
func KindOf(err error) Kind {
	switch {
	case err == nil:
		return None
	case errors.Is(err, ErrNoSQLEngine), IsAny(err, new(*federate.NoEngineError)):
		return Environment
	case IsAny(err, new(*InputError), new(rule.Errors), new(*model.ConfigError), new(*engine.ColumnError), new(*engine.RepeatedColumnError),
		new(*engine.KeyError), new(*engine.SpanError), new(*engine.BreakdownError), new(*engine.PickError), new(*engine.SplitError), new(*federate.UnsupportedError),
		new(*ingest.DriftError), new(*ingest.OverlapError), new(*sqlgen.UnsupportedError), new(*source.ConnectionError), new(*source.TargetError)):
		return Mistake
	}
	return Environment
}

// InputError is a text that says nothing this package knows, such as a pick or the
// parts of a split. It is a [Mistake].
type InputError struct{ err error }

// Error says what was found and what was expected, after the name of the text.
func (e *InputError) Error() string { return e.err.Error() }

// Unwrap returns the error that is within.
func (e *InputError) Unwrap() error { return e.err }

func inputf(format string, args ...any) error { return &InputError{fmt.Errorf(format, args...)} }

// UnsupportedInPlace returns the error for what only a snapshot can say, a
// [*federate.UnsupportedError]; what says it in a sentence without its end.
func UnsupportedInPlace(what string) error {
	return &federate.UnsupportedError{
		Code: federate.CodeUnsupported, Err: fmt.Errorf("%s", what),
		Do: "build a snapshot (rollcall build) and ask that",
	}
}

// IsAny reports whether an error is of one of the types that targets point to.
func IsAny(err error, targets ...any) bool {
	return slices.ContainsFunc(targets, func(target any) bool { return errors.As(err, target) })
}

// RuleProblems returns the problems of rules that an error tells, those of all files of
// a library; nil where it tells none.
func RuleProblems(err error) rule.Errors {
	if IsAny(err, new(*ingest.ConfigError)) {
		return nil // of a computed attribute, whose place the configuration gives
	}
	var library *rule.LibraryError
	if errors.As(err, &library) {
		return slices.Concat(library.Files...)
	}
	var problems rule.Errors
	if errors.As(err, &problems) {
		return problems
	}
	return nil
}

// MapProblems returns an error with a copy of each problem of a rule changed; an
// error of another kind as it is.
func MapProblems(err error, change func(e *rule.Error)) error {
	problems := slices.Clone(RuleProblems(err))
	if len(problems) == 0 {
		return err
	}
	for i, e := range problems {
		changed := *e
		change(&changed)
		problems[i] = &changed
	}
	return problems
}

// OfRule returns the error of one of several rules, which it names.
func OfRule(i int, err error) error { return NameProblems(fmt.Sprintf("rule %d", i+1), err) }

// NameProblems returns an error with the name of what it is of in front, in each problem
// of a rule where it tells any.
func NameProblems(what string, err error) error {
	if RuleProblems(err) == nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return MapProblems(err, func(e *rule.Error) { e.Msg = what + ": " + e.Msg })
}
