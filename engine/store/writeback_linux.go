package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// osFile is a file of the machine.
type osFile struct{ *os.File }

// Begin implements earlyFile.
func (f osFile) Begin(offset, n int64) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	// Where it fails Sync does all.
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SyncFileRange(int(fd), offset, n, unix.SYNC_FILE_RANGE_WRITE)
	})
}
