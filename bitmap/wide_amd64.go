//go:build amd64 && !purego && !race

package bitmap

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// hasWide reports whether the machine has instructions for 64 bytes at a time, and for
// counting their bits: AVX-512 with VPOPCNTDQ, which servers have since Ice Lake and
// Zen 4. Builds with the race detector, which sees nothing of them, do without.
func hasWide() bool {
	return cpu.X86.HasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512VPOPCNTDQ
}

// applyWide makes out what steps make of x and reports whether that is any row. x and
// the rows of steps may be out, and must not overlap it otherwise.
func applyWide(out, x *Words, steps []Step) bool {
	return applySteps(out, x, unsafe.SliceData(steps), len(steps)) != 0
}

// countWide returns the number of rows that steps make of x.
func countWide(x *Words, steps []Step) int {
	return int(countSteps(x, unsafe.SliceData(steps), len(steps)))
}

//go:noescape
func applySteps(out, x *Words, steps *Step, n int) (any uint64)

//go:noescape
func countSteps(x *Words, steps *Step, n int) (rows uint64)
