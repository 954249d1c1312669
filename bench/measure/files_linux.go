package measure

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// dropPages drops a file's pages from the page cache and returns the bytes that
// stayed, 0 where the kernel does not tell.
func dropPages(f *os.File) (kept int64, err error) {
	fd := int(f.Fd())
	if err := unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED); err != nil {
		return 0, fmt.Errorf("dropping %s from the page cache: %w", f.Name(), err)
	}
	var stat unix.Cachestat_t
	if err := unix.Cachestat(uint(fd), &unix.CachestatRange{}, &stat, 0); err != nil {
		return 0, nil // a kernel before 6.5
	}
	return int64(stat.Cache) * int64(os.Getpagesize()), nil
}

// freeBytes returns how much a user may still write where dir is.
func freeBytes(dir string) (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", dir, err)
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}
