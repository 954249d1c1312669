package measure

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// dropPages does nothing: without root macOS drops no pages.
func dropPages(*os.File) (int64, error) { return 0, errors.ErrUnsupported }

// freeBytes returns how much a user may still write where dir is.
func freeBytes(dir string) (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", dir, err)
	}
	return int64(stat.Bavail) * int64(stat.Bsize), nil
}
