//go:build !linux

package store

import "os"

// osFile is a file of the machine.
type osFile struct{ *os.File }
