//go:build !((linux || darwin) && (amd64 || arm64))

package store

// Snapshots are mapped and used in place: 64-bit, little-endian, flock and mmap
// are needed. The next line is meant not to compile anywhere else.
var _ = rollcall_runs_on_linux_and_macos_amd64_and_arm64
