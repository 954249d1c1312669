package registry

import (
	"encoding/binary"
	"hash/fnv"
	"os"
)

// Where a bbolt file has its two meta pages, and what is in one (bbolt, internal/common,
// Meta): the number of a transaction among it, and at its end an FNV-1a hash of it.
const (
	metaPages     = 2
	metaOffset    = 16 // behind the header of the page
	metaChecked   = 56 // bytes that the hash is of
	metaTotalSize = metaChecked + 8
)

// checkMetas returns an error where one of the two meta pages is damaged. bbolt would then
// go back to the other one, and what was saved last would be gone without a word. A crash
// does not do that: the 64 bytes of a meta page are within one sector of a disk.
func checkMetas(file *os.File, pageSize int, path string) error {
	for page := range int64(metaPages) {
		var meta [metaTotalSize]byte
		if _, err := file.ReadAt(meta[:], page*int64(pageSize)+metaOffset); err != nil {
			return &DamageError{path, "a page that says where all is cannot be read: " + err.Error()}
		}
		hash := fnv.New64a()
		_, _ = hash.Write(meta[:metaChecked]) // it returns no error
		if hash.Sum64() != binary.NativeEndian.Uint64(meta[metaChecked:]) {
			return &DamageError{path, "one of the two pages that say where all is has another checksum: what was saved last may be lost with it"}
		}
	}
	return nil
}
