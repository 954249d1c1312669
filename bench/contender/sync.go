package contender

import (
	"errors"
	"os"
)

// Sync makes the bytes of a file durable, as Engine.Export promises. It is for
// engines that leave them to the kernel.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
