package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/federate/export"
)

// maxMasksBytes is the greatest size of a file of masks, in bytes.
const maxMasksBytes = 1 << 20

// ReadMasks reads how roles see columns from a file that the operator writes:
//
//	{"CDNOW": {"members": {"customer_id": "hash", "purchase.amount": "redact"}}}
//
// by parent segment, role and column; columns are attributes, the key, fields of events
// as behavior.field, and columns of events by their names. A mask on a field holds for all
// columns of events that are made of it, or whose where is about it. A file that is not
// there has no rules. The error says which part of it is not as expected.
func ReadMasks(path string) (map[string]access.Masks, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]access.Masks{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("masks: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxMasksBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("masks: %w", err)
	}
	if len(data) > maxMasksBytes {
		return nil, fmt.Errorf("masks: %s has more than %d bytes", path, maxMasksBytes)
	}
	masks, err := parseMasks(data)
	if err != nil {
		return nil, fmt.Errorf("masks: %s: %w", path, err)
	}
	return masks, nil
}

// parseMasks reads the content of a file of masks.
func parseMasks(data []byte) (map[string]access.Masks, error) {
	var file map[string]map[string]map[string]string
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf(`expected {"PARENT": {"ROLE": {"COLUMN": "MASK"}}}: %w`, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the first value")
	}
	out := map[string]access.Masks{}
	for _, parent := range slices.Sorted(maps.Keys(file)) {
		var rules []access.MaskRule
		for _, name := range slices.Sorted(maps.Keys(file[parent])) {
			role, err := access.ParseRoles(name)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", parent, err)
			}
			columns := file[parent][name]
			for _, column := range slices.Sorted(maps.Keys(columns)) {
				mask, err := export.ParseMask(columns[column])
				if err != nil {
					return nil, fmt.Errorf("%q, role %s, column %q: %w", parent, name, column, err)
				}
				rules = append(rules, access.MaskRule{Column: column, Role: role, Mask: mask})
			}
		}
		masks, err := access.NewMasks(rules...)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", parent, err)
		}
		out[parent] = masks
	}
	return out, nil
}
