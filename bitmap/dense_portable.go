//go:build !(amd64 || arm64) || purego

package bitmap

// native says that a bitmap container is decoded before it is used.
const native = false

// inPlace is never called.
func inPlace([]byte) *Words { return nil }
