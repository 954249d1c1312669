package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// The exit codes.
const (
	exitDone        = 0
	exitDiffer      = 1   // engines give different answers
	exitUsage       = 2   // the command line makes no sense
	exitEnvironment = 3   // data, engines, disk
	exitInterrupted = 130 // by a signal
)

// usageError is a command line that makes no sense.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// fail prints an error to stderr and returns its exit code.
func (a *app) fail(ctx context.Context, err error) int {
	if ctx.Err() != nil { // engines have words of their own for being stopped
		a.logf("interrupted: %v\n", err)
		return exitInterrupted
	}
	a.logf("rollcall-bench: %s\n", strings.TrimRight(err.Error(), "\n"))
	switch {
	case errors.Is(err, measure.ErrDiffer):
		return exitDiffer
	case errors.As(err, new(*usageError)), strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	}
	return exitEnvironment
}
