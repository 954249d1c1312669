package main

import (
	"fmt"
	"runtime/debug"
)

// reading calls f, which reads mapped files of a snapshot. Where somebody cuts one
// of them short meanwhile, reading beyond is a fault, which must not end the
// process without a word.
func reading(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = fmt.Errorf("a file of the snapshot was cut short while it was read (address %#x); see rollcall verify", fault.Addr())
		default:
			panic(fault)
		}
	}()
	return f()
}
