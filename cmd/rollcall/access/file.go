package access

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/rollcall-db/rollcall/federate/export"
)

const (
	// fileFormat is the number of the format that is written.
	fileFormat = 1
	// maxFileBytes is the size of the largest file that is read: MaxTokens of the
	// longest names take less.
	maxFileBytes = 8 << 20
	// othersMode is what a file of tokens must not allow.
	othersMode fs.FileMode = 0o077
)

// tokensFile is what a file has.
type tokensFile struct {
	Format int         `json:"format"`
	Tokens []fileToken `json:"tokens"`
}

// fileToken is a token in a file.
type fileToken struct {
	Token
	SHA256 string `json:"sha256"` // of the secret's bytes, in hexadecimal digits
}

// readFile returns the tokens of a file, nil where there is none.
func readFile(path string) ([]record, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &FileError{path, "it is not a regular file"} // opening it may wait for ever
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	data, err := readOwned(file, path)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	records, problem := parseFile(data)
	if problem != "" {
		return nil, &FileError{path, problem}
	}
	return records, nil
}

// readOwned returns what an open file has, if only its owner can read and write it.
func readOwned(file *os.File, path string) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	if mode := info.Mode().Perm(); mode&othersMode != 0 {
		return nil, &FileError{path, fmt.Sprintf("its mode is %04o, expected 0600: others may read or change it", mode)}
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	if len(data) > maxFileBytes {
		return nil, &FileError{path, fmt.Sprintf("it has more than %d bytes", maxFileBytes)}
	}
	return data, nil
}

// parseFile returns the tokens that a file's bytes are, not nil, or what is wrong
// with them. What encoding/json says may show a part of the file, so it is not
// passed on.
func parseFile(data []byte) (records []record, problem string) {
	var file tokensFile
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Sprintf("it is damaged near byte %d of %d: it is not the JSON that was written", decoder.InputOffset(), len(data))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Sprintf("it is damaged: something follows the tokens, which end at byte %d", decoder.InputOffset())
	}
	if file.Format != fileFormat {
		return nil, fmt.Sprintf("it has format %d, expected %d: a newer rollcall may have written it", file.Format, fileFormat)
	}
	if file.Tokens == nil || len(file.Tokens) > MaxTokens {
		return nil, fmt.Sprintf("it is damaged: it has no list of at most %d tokens", MaxTokens)
	}
	records = make([]record, 0, len(file.Tokens))
	ids, hashes := map[string]bool{}, map[[sha256.Size]byte]bool{}
	for i, t := range file.Tokens {
		r := record{Token: t.Token}
		if err := r.check(); err != nil {
			return nil, fmt.Sprintf("it is damaged: token %d: %v", i+1, err)
		}
		hash, err := hex.DecodeString(t.SHA256)
		if err != nil || len(hash) != sha256.Size {
			return nil, fmt.Sprintf("it is damaged: token %d: sha256 is not %d hexadecimal digits", i+1, 2*sha256.Size)
		}
		r.hash = [sha256.Size]byte(hash)
		if ids[r.ID] || hashes[r.hash] {
			return nil, fmt.Sprintf("it is damaged: token %d is there twice", i+1)
		}
		ids[r.ID], hashes[r.hash] = true, true
		records = append(records, r)
	}
	return records, ""
}

// encode returns the bytes of a file with these tokens.
func encode(records []record) ([]byte, error) {
	file := tokensFile{fileFormat, make([]fileToken, len(records))}
	for i, r := range records {
		file.Tokens[i] = fileToken{r.Token, hex.EncodeToString(r.hash[:])}
	}
	data, err := json.MarshalIndent(file, "", "  ")
	return append(data, '\n'), err
}

// writeFile replaces a file by one with these tokens.
func writeFile(path string, records []record) error {
	data, err := encode(records)
	if err == nil {
		err = export.ReplacePrivateFile(path, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	return nil
}
