//go:build (amd64 || arm64) && !purego

package bitmap

import "unsafe"

// native says that a bitmap container is read in place: the machine is
// little-endian and reads words from any address.
const native = true

// inPlace returns the rows of a bitmap container, without a copy. They must not
// be changed.
func inPlace(body []byte) *Words {
	_ = body[bitmapBytes-1]
	return (*Words)(unsafe.Pointer(unsafe.SliceData(body))) // no pointers within: it need not be aligned
}
