package files

import (
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/federate/source"
)

// readError says that the file at path could not be read. An error that
// already says where it happened is returned as it is.
func readError(path string, err error) error {
	var located *source.ReadError
	if err == nil || errors.As(err, &located) {
		return err
	}
	return &source.ReadError{Path: path, Err: err}
}

// guard runs f and makes a panic of it into an error about path: no byte of a
// file may bring down the process.
func guard(path string, f func() error) error { return readError(path, recovered(f)) }

// recovered runs f and returns a panic of it as an error.
func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("malformed data: %v", r)
		}
	}()
	return f()
}
