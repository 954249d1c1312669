package postgres

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes makes a process run as an account, apart from what the terminal
// sends us, and end in order when we die.
func attributes(who account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	if who.other {
		attr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
	return attr
}

// memoryBytes returns the machine's memory, 0 where it cannot be told.
func memoryBytes() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0
	}
	return int64(info.Totalram) * int64(info.Unit)
}
