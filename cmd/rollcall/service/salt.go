package service

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/rollcall-db/rollcall/federate/export"
)

// saltBytes is the length of the salt of masks, in bytes.
const saltBytes = 32

// saltFile holds the salt of columns that are masked by hash. It is made when it is first
// needed, and stays: the same value has the same hash in every list and every export.
type saltFile struct {
	path string
	mu   sync.Mutex
	salt []byte
}

// get returns the salt.
func (f *saltFile) get() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.salt != nil {
		return f.salt, nil
	}
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f.make()
	}
	if err != nil {
		return nil, fmt.Errorf("salt of masks: %w", err)
	}
	salt, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(salt) != saltBytes {
		return nil, fmt.Errorf("salt of masks: %s is no salt, expected %d hexadecimal digits", f.path, 2*saltBytes)
	}
	f.salt = salt
	return salt, nil
}

// make writes a new salt.
func (f *saltFile) make() ([]byte, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	err := export.ReplacePrivateFile(f.path, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%x\n", salt)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("salt of masks: %w", err)
	}
	f.salt = salt
	return salt, nil
}
