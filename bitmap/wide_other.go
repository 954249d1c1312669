//go:build !amd64 || purego || race

package bitmap

// hasWide reports that there are no instructions for 64 bytes at a time.
func hasWide() bool { return false }

// applyWide is never called.
func applyWide(*Words, *Words, []Step) bool { panic("bitmap: no wide instructions") }

// countWide is never called.
func countWide(*Words, []Step) int { panic("bitmap: no wide instructions") }
