package jobs

import (
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// ErrStopped is what a runner answers that is not started, or that is being closed.
var ErrStopped = errors.New("jobs: the server takes no jobs now")

// errCancelled is why the context of a job ended that somebody cancelled.
var errCancelled = errors.New("the job was cancelled")

// errClosing is why the context of a job ended that is to be done again after the next
// start.
var errClosing = errors.New("the server is shutting down")

// UnknownKindError is a job of a kind that nobody does.
type UnknownKindError struct{ Kind registry.JobKind }

// Error names the kind.
func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("jobs: nobody does jobs of kind %q", e.Kind)
}
