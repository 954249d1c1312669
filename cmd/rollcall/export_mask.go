package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/federate/export"
)

// saltVariable is the environment variable that holds the salt where no file is
// named.
const saltVariable = "ROLLCALL_SALT"

// maskHelp says what --mask does.
const maskHelp = `--mask COLUMN=hash writes the HMAC-SHA-256 of the column's values under a salt, in
hexadecimal digits, and --mask COLUMN=redact writes *** in place of them; NULL stays
NULL, and the key can be masked as well. Equal values have equal hashes wherever the
salt is the same, and nobody without the salt can find a value by hashing likely ones.
The salt, of 16 bytes or more, is read from the file that --salt-file names, without
its last line feed, or from ROLLCALL_SALT: other users see arguments. It is written
nowhere. The metadata of the file says which columns are masked; it also has the rule,
as written.`

// maskFlags say which columns of an export are masked.
type maskFlags struct {
	masks    []string // COLUMN=MASK
	saltFile string
}

func (f *maskFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.masks, "mask", nil, "mask a column, COLUMN=clear|hash|redact; can be given again")
	cmd.Flags().StringVar(&f.saltFile, "salt-file", "", "file with the salt of hash (default the environment's "+saltVariable+")")
}

// masking returns what the flags say, nil for no mask.
func (f *maskFlags) masking() (*export.Masking, error) {
	m := &export.Masking{Columns: make(map[string]export.Mask)}
	for _, given := range f.masks {
		at := strings.LastIndexByte(given, '=')
		if at <= 0 {
			return nil, usagef("--mask is %q, expected COLUMN=clear, COLUMN=hash or COLUMN=redact", given)
		}
		mask, err := export.ParseMask(given[at+1:])
		if err != nil {
			return nil, usagef("--mask %s: %w", given, err)
		}
		if _, twice := m.Columns[given[:at]]; twice {
			return nil, usagef("--mask names the column %q twice", given[:at])
		}
		m.Columns[given[:at]] = mask
	}
	if !slices.Contains(slices.Collect(maps.Values(m.Columns)), export.Hash) {
		if f.saltFile != "" {
			return nil, usagef("--salt-file is for columns masked by hash, and --mask names none")
		}
	} else if err := f.readSalt(m); err != nil {
		return nil, err
	}
	if len(m.Columns) == 0 {
		return nil, nil
	}
	return m, nil
}

// readSalt reads the salt. Its errors do not hold it.
func (f *maskFlags) readSalt(m *export.Masking) error {
	if f.saltFile == "" {
		m.Salt = []byte(os.Getenv(saltVariable))
		if len(m.Salt) == 0 {
			return usagef("masking by hash needs a salt: give --salt-file FILE, or set %s", saltVariable)
		}
		return nil
	}
	salt, err := os.ReadFile(f.saltFile)
	if err != nil {
		return fmt.Errorf("--salt-file: %w", err)
	}
	m.Salt = bytes.TrimSuffix(bytes.TrimSuffix(salt, []byte("\n")), []byte("\r"))
	return nil
}
