//go:build !linux

package postgres

import "syscall"

// attributes leaves a process as it is: it runs as this user, so root is refused
// by initdb, and it outlives our sudden death.
func attributes(account) *syscall.SysProcAttr { return nil }

// memoryBytes returns 0: the machine's memory is not known.
func memoryBytes() int64 { return 0 }
