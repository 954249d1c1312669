package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/ingest"
)

// The exit codes.
const (
	exitDone        = 0
	exitUsage       = 2   // usage or rule error
	exitEnvironment = 3   // source, environment or corrupt data
	exitInterrupted = 130 // by a signal
)

// usageError is a command line that makes no sense.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// fail prints an error to stderr and returns its exit code.
func (a *app) fail(ctx context.Context, err error) int {
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
	var (
		usage  *usageError
		rules  rule.Errors
		config *model.ConfigError
		column *engine.ColumnError
	)
	if errors.Is(err, errNoSQLEngine) {
		return exitEnvironment
	}
	if errors.As(err, &usage) || errors.As(err, &rules) || errors.As(err, &config) || errors.As(err, &column) ||
		strings.HasPrefix(err.Error(), "unknown command") {
		return exitUsage
	}
	return exitEnvironment
}

// detail returns the longest form of an error: of a rule, with the place shown.
func detail(err error) string {
	var d interface{ Detail() string }
	if errors.As(err, &d) {
		return d.Detail()
	}
	return "rollcall: " + err.Error()
}

// failJSON prints an error as one JSON object: the message, and for a rule or a
// configuration every problem with its code and place.
func (a *app) failJSON(err error) {
	out := struct {
		Error    string `json:"error"`
		ExitCode int    `json:"exit_code"`
		Problems any    `json:"problems,omitempty"`
	}{Error: err.Error(), ExitCode: exitCode(err)}
	var (
		rules  rule.Errors
		config *model.ConfigError
		source *ingest.ConfigError
	)
	switch {
	case errors.As(err, &rules):
		out.Problems = rules
	case errors.As(err, &config):
		out.Problems = config.Problems
	case errors.As(err, &source):
		out.Problems = source.Problems
	}
	b, merr := json.Marshal(out)
	if merr != nil {
		b = []byte(merr.Error())
	}
	a.logf("%s\n", b)
}

// joinClose closes c after an error.
func joinClose(err error, c io.Closer) error { return errors.Join(err, c.Close()) }
