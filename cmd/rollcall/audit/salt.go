package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/engine/store"
)

// saltBytes is the length of the salt, in bytes.
const saltBytes = 32

// CustomerHash returns what stands for a customer of a parent segment in entries:
// 32 hexadecimal digits of an HMAC-SHA-256 under the salt of this log. The same
// customer has the same hash in every entry, and another one in another log and
// for another parent segment.
func (l *Log) CustomerHash(parent, key string) string {
	mac := hmac.New(sha256.New, l.salt)
	_, _ = fmt.Fprintf(mac, "%d:%s%s", len(parent), parent, key) // a hash takes all
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// loadSalt reads the salt of a log, and makes it where there is none.
func loadSalt(dir string) ([]byte, error) {
	path := filepath.Join(dir, "salt")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newSalt(path)
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	salt, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(salt) != saltBytes {
		return nil, &DamageError{File: path, Problem: fmt.Sprintf("it is no salt, expected %d hexadecimal digits", 2*saltBytes)}
	}
	return salt, nil
}

// newSalt writes a salt. The folder is locked, so nobody else does.
func newSalt(path string) (salt []byte, err error) {
	salt = make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	temp := path + ".new"
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	_, err = fmt.Fprintf(file, "%x\n", salt)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = errors.Join(store.OS.Rename(temp, path), store.OS.SyncDir(filepath.Dir(path)))
	}
	if err != nil {
		return nil, fmt.Errorf("audit: write the salt: %w", err)
	}
	return salt, nil
}
