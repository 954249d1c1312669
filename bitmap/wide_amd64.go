//go:build amd64 && !purego

package bitmap

import "golang.org/x/sys/cpu"

// hasWide reports whether the machine has instructions for 64 bytes at a time, and for
// counting their bits: AVX-512 with VPOPCNTDQ, which servers have since Ice Lake and
// Zen 4.
func hasWide() bool { return cpu.X86.HasAVX512F && cpu.X86.HasAVX512VPOPCNTDQ }

// applyWide makes out what n steps make of x, and returns 0 if that is no row. x may
// be out; the rows of the steps may not.
//
//go:noescape
func applyWide(out, x *Words, steps *Step, n int) (any uint64)

// countWide returns the number of rows that n steps make of x.
//
//go:noescape
func countWide(x *Words, steps *Step, n int) (rows uint64)
