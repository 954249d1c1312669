package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/ingest"
)

// The exit codes.
const (
	exitDone        = 0
	exitNo          = 1   // the answer is "no": check or verify found problems
	exitUsage       = 2   // usage or rule error
	exitEnvironment = 3   // source, environment or corrupt data
	exitInterrupted = 130 // by a signal
)

// usageError is a command line that makes no sense.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// errNo is what a command returns whose answer is "no". It has printed why.
var errNo = errors.New("no")

// fail prints an error to stderr and returns its exit code.
func (a *app) fail(ctx context.Context, err error) int {
	if errors.Is(err, errNo) {
		return exitNo
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		a.logf("interrupted: %v\n", err)
		return exitInterrupted
	}
	if a.json() {
		a.failJSON(err)
	} else {
		a.logf("%s\n", strings.TrimRight(detail(err), "\n"))
	}
	return exitCode(err)
}

// exitCode tells the user's mistakes from the world's.
func exitCode(err error) int {
	if ask.KindOf(err) == ask.Mistake || ask.IsAny(err, new(*usageError)) || strings.HasPrefix(err.Error(), "unknown command") {
		return exitUsage
	}
	return exitEnvironment
}

// What to do about a build that is refused.
const (
	deleteHint = "--delete builds without them"                                            // that would remove names
	wholeHint  = "--full in place of --overlap reads everything that the source still has" // that would read a table whole
)

// detail returns the longest form of an error: of a rule, with the place shown.
func detail(err error) string {
	if ask.IsAny(err, new(*engine.ColumnError)) { // says more than the problems that it may hold
		return "rollcall: " + err.Error()
	}
	if problems := ask.RuleProblems(err); problems != nil {
		return problemsText(problems)
	}
	if drift := (*ingest.DriftError)(nil); errors.As(err, &drift) {
		return drift.Error() + "\n  help: " + deleteHint
	}
	if ask.IsAny(err, new(*ingest.OverlapError)) {
		return "rollcall: " + err.Error() + "\n  help: " + wholeHint
	}
	return "rollcall: " + err.Error()
}

// problemsText shows the problems of rules, an empty line between them.
func problemsText(problems rule.Errors) string {
	parts := make([]string, len(problems))
	for i, e := range problems {
		parts[i] = problemText(e)
	}
	if len(problems) >= rule.MaxErrors {
		parts = append(parts, fmt.Sprintf("these are the first %d problems; there may be more", len(problems)))
	}
	return strings.Join(parts, "\n\n")
}

// problemText shows a problem of a rule: the message, the place, and the hint.
// Of a file the message has its name in front, the path of the place, and the
// code.
func problemText(e *rule.Error) string {
	if e.File == "" {
		return e.Detail()
	}
	path := ""
	if e.Path != "" {
		path = e.Path + ": "
	}
	shown := strings.TrimPrefix(e.Detail(), e.Error())
	return fmt.Sprintf("%s:%d:%d: %s%s [%s]%s", e.File, e.Line, e.Column, path, e.Msg, e.Code, shown)
}

// failJSON prints an error as one JSON object: the message, and for a rule or a
// configuration every problem with its code and place; for a build that would
// remove names, the changes.
func (a *app) failJSON(err error) {
	found := ask.NewErrorJSON(err)
	out := struct {
		Error    string          `json:"error"`
		ExitCode int             `json:"exit_code"`
		Problems any             `json:"problems,omitempty"`
		Changes  []ingest.Change `json:"changes,omitempty"`
		Hint     string          `json:"hint,omitempty"`
	}{found.Message, exitCode(err), found.Problems, found.Changes, found.Hint}
	switch {
	case found.Problems != nil:
	case found.Changes != nil:
		out.Hint = deleteHint
	case ask.IsAny(err, new(*ingest.OverlapError)):
		out.Hint = wholeHint
	}
	b, merr := json.Marshal(out)
	if merr != nil {
		b = []byte(merr.Error())
	}
	a.logf("%s\n", b)
}

// joinClose closes c after an error.
func joinClose(err error, c io.Closer) error { return errors.Join(err, c.Close()) }
