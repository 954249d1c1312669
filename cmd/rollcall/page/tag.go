package page

import (
	"crypto/sha256"
	"encoding/hex"
)

// tagBytes is how much of a hash an ETag shows: enough that no two files have one.
const tagBytes = 16

// tagOf returns the ETag of a file: of what is in it, since embedded files have no time.
func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:tagBytes]) + `"`
}
