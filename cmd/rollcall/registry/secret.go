package registry

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/rollcall-db/rollcall/engine/store"
)

// hidden is what stands for a secret wherever it is printed.
const hidden = "[secret]"

// MaxSecretBytes is the greatest length of a secret, in bytes.
const MaxSecretBytes = 16 << 10

// Secret is a text that shows itself in [Secret.Reveal] alone: printed, formatted
// with any verb, logged or marshalled it is "[secret]". It cannot be changed.
type Secret struct{ text *string } // a pointer: fmt looks into fields that have no methods it may call

// NewSecret returns a secret.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text. The zero Secret's is empty.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Format writes "[secret]", whatever the verb.
func (Secret) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(hidden)) }

// String returns "[secret]".
func (Secret) String() string { return hidden }

// MarshalText returns "[secret]"; JSON and slog use it.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText takes the text, so that requests can hold a Secret.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// Stored is what a connection says of a secret that is kept here.
const Stored = "stored"

// envPrefix stands before the name of a variable.
const envPrefix = "env:"

var (
	roleText     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	variableText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,254}$`)
)

// checkReference checks where a secret is said to be. The reference is not shown:
// it may be the secret, in the wrong place.
func checkReference(role, reference string) error {
	if !roleText.MatchString(role) {
		return invalidf("secret", "%.64q is no name of one, expected lower-case letters, digits and underscores", role)
	}
	name, env := strings.CutPrefix(reference, envPrefix)
	if reference != Stored && !(env && variableText.MatchString(name)) {
		return invalidf("secret "+role, `expected "stored", or "env:" and the name of a variable`)
	}
	return nil
}

// vault is the file of secrets.
type vault struct {
	path string
	mu   sync.Mutex // guards texts and the file
	// changing is held by who changes a connection, from before its secrets are
	// written until the database refers to them.
	changing sync.Mutex
	texts    map[string]string // by id
}

// vaultFile is what the file has.
type vaultFile struct {
	Format  int               `json:"format"`
	Secrets map[string]string `json:"secrets"`
}

// openVault reads the file, if it is there. One that others can read is refused:
// who has read it may have the secrets.
func openVault(path string) (*vault, error) {
	v := &vault{path: path, texts: map[string]string{}}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, &DamageError{path, fmt.Sprintf("its mode is %04o, expected 0600: others may have read the secrets", mode)}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	var file vaultFile
	if json.Unmarshal(data, &file) != nil { // its message may show a part of the file
		return nil, &DamageError{path, "it is no file of secrets: it is not the JSON that was written"}
	}
	if file.Format != formatNumber {
		return nil, &DamageError{path, fmt.Sprintf("it has format %d, expected %d: a newer rollcall may have written it", file.Format, formatNumber)}
	}
	maps.Copy(v.texts, file.Secrets)
	return v, nil
}

func (v *vault) get(id string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	text, ok := v.texts[id]
	return text, ok
}

// equal reports whether the secret of an id has a text.
func (v *vault) equal(id, text string) bool {
	has, ok := v.get(id)
	return ok && subtle.ConstantTimeCompare([]byte(has), []byte(text)) == 1
}

// change adds and removes secrets. When it returns nil, the file has them.
func (v *vault) change(add map[string]string, keep func(id string) bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	texts := maps.Clone(v.texts)
	maps.DeleteFunc(texts, func(id, _ string) bool { return !keep(id) })
	maps.Copy(texts, add)
	if maps.Equal(texts, v.texts) {
		return nil
	}
	if err := v.write(texts); err != nil {
		return fmt.Errorf("registry: write %s: %w", v.path, err)
	}
	v.texts = texts
	return nil
}

// write replaces the file in one step.
func (v *vault) write(texts map[string]string) error {
	data, err := json.Marshal(vaultFile{formatNumber, texts})
	if err != nil {
		return err
	}
	temp := v.path + ".new" // one writer, by the lock on the database
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := store.OS.Rename(temp, v.path); err != nil {
		return err
	}
	return store.OS.SyncDir(filepath.Dir(v.path))
}

// newSecretID returns a name that no secret has had.
func newSecretID() string { return rand.Text() }
