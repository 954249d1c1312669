package export

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Mask says what an export shows of a column.
type Mask uint8

// The masks.
const (
	Clear  Mask = iota // the values as they are
	Hash               // HMAC-SHA-256 of the value's text under the salt, in 64 hexadecimal digits
	Redact             // Redacted in place of every value
)

// Redacted stands in place of the values of a column that is masked by Redact.
const Redacted = "***"

// masks are the names of the masks.
var masks = [...]string{Clear: "clear", Hash: "hash", Redact: "redact"}

// String returns clear, hash or redact; what is no mask is Mask(N).
func (m Mask) String() string {
	if int(m) >= len(masks) {
		return fmt.Sprintf("Mask(%d)", uint8(m))
	}
	return masks[m]
}

// ParseMask returns the mask called name: clear, hash or redact, in any case. Its
// error names these.
func ParseMask(name string) (Mask, error) {
	for m, known := range masks {
		if strings.EqualFold(name, known) {
			return Mask(m), nil
		}
	}
	return Clear, fmt.Errorf("unknown mask %q, expected clear, hash or redact", name)
}

// minSaltBytes is how long a salt is at least: a shorter one can be guessed, and
// with it the values.
const minSaltBytes = 16

// Masking says which columns an export hides, and how. A masked column is of
// strings; NULL stays NULL in it. Equal values have equal hashes, in every column
// and every export with the same salt, so that hashed files can be joined. Who
// does not know the salt cannot find a value by hashing likely ones.
//
// What is hashed is the text of the value as CSV has it, see the package's
// comment: for an email, its bytes as they are.
type Masking struct {
	Columns map[string]Mask // by name, the key's too; others are Clear
	Salt    []byte          // of Hash, at least 16 bytes; never written anywhere
}

// Apply returns the schema and the batches as they are once masked. The error
// says which column there is not, and what is wrong with the salt; it never holds
// the salt. Batches are read as they are asked for, one at a time; those that are
// delivered are valid until the next iteration.
func (m *Masking) Apply(ctx context.Context, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (*arrow.Schema, iter.Seq2[arrow.RecordBatch, error], error) {
	if err := m.check(schema); err != nil {
		return nil, nil, err
	}
	fields := schema.Fields()
	for i, f := range fields {
		if m.Columns[f.Name] != Clear {
			fields[i].Type = arrow.BinaryTypes.String
		}
	}
	metadata := schema.Metadata()
	masked := arrow.NewSchema(fields, &metadata)
	return masked, func(yield func(arrow.RecordBatch, error) bool) {
		hash := m.hasher()
		for batch, err := range batches {
			if err == nil {
				batch, err = m.apply(ctx, schema, masked, batch, hash)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			more := yield(batch, nil)
			batch.Release()
			if !more {
				return
			}
		}
	}, nil
}

// check returns an error if the schema lacks a column, or a salt is needed and
// is not there.
func (m *Masking) check(schema *arrow.Schema) error {
	var names []string
	for _, f := range schema.Fields() {
		names = append(names, f.Name)
		if err := checkType(f.Name, f.Type); err != nil {
			return err
		}
	}
	hashes := false
	for _, name := range slices.Sorted(maps.Keys(m.Columns)) {
		mask := m.Columns[name]
		if !slices.Contains(names, name) {
			return unknownColumn(name, names)
		}
		if mask > Redact {
			return fmt.Errorf("the mask of column %q is %s, expected clear, hash or redact", name, mask)
		}
		hashes = hashes || mask == Hash
	}
	switch {
	case !hashes:
		return nil
	case len(m.Salt) == 0:
		return errors.New("columns are masked by hash, and there is no salt")
	case len(m.Salt) < minSaltBytes:
		return fmt.Errorf("the salt has %d bytes, expected at least %d: a short one can be guessed, and with it the values", len(m.Salt), minSaltBytes)
	}
	return nil
}

// unknownColumn says that the export has no column of this name.
func unknownColumn(name string, names []string) error {
	text := fmt.Sprintf("the export has no column %q to mask", name)
	if nearest := model.Nearest(name, names); nearest != "" {
		return fmt.Errorf("%s; did you mean %q?", text, nearest)
	}
	return fmt.Errorf("%s, expected one of %s", text, strings.Join(names, ", "))
}

// Metadata says what is masked, for the metadata of the file, nil where nothing
// is: rollcall.masked is the columns, as "email=hash, phone=redact". Where there
// are hashes, rollcall.salt_check tells whether two files have the same salt; the
// salt does not follow from it.
func (m *Masking) Metadata() map[string]string {
	var columns []string
	hashes := false
	for _, name := range slices.Sorted(maps.Keys(m.Columns)) {
		if mask := m.Columns[name]; mask != Clear {
			columns = append(columns, name+"="+mask.String())
			hashes = hashes || mask == Hash
		}
	}
	if len(columns) == 0 {
		return nil
	}
	metadata := map[string]string{MaskedKey: strings.Join(columns, ", ")}
	if hashes {
		metadata[saltCheckKey] = m.hasher()([]byte("rollcall: which salt is it?"))[:16]
	}
	return metadata
}

// MaskedKey is the key of the metadata that says which columns are masked.
const MaskedKey = "rollcall.masked"

// saltCheckKey is the key of the metadata that says whether salts are the same.
const saltCheckKey = "rollcall.salt_check"

// hasher returns how a text is hashed. The function is for one goroutine.
func (m *Masking) hasher() func(text []byte) string {
	mac, sum := hmac.New(sha256.New, m.Salt), make([]byte, 0, sha256.Size)
	return func(text []byte) string {
		mac.Reset()
		mac.Write(text)
		sum = mac.Sum(sum[:0])
		return hex.EncodeToString(sum)
	}
}

// apply masks one batch, which the caller releases.
func (m *Masking) apply(ctx context.Context, schema, masked *arrow.Schema, batch arrow.RecordBatch, hash func(text []byte) string) (arrow.RecordBatch, error) {
	if err := checkBatch(schema, batch); err != nil {
		return nil, err
	}
	columns := slices.Clone(batch.Columns())
	for i, f := range schema.Fields() {
		var show func(row int) string
		switch m.Columns[f.Name] {
		case Hash:
			appendTo, text := textOf(batch.Column(i)), []byte(nil)
			show = func(row int) string {
				text = appendTo(text[:0], row)
				return hash(text)
			}
		case Redact:
			show = func(int) string { return Redacted }
		case Clear:
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		arr := textColumn(batch.Column(i), show)
		defer arr.Release()
		columns[i] = arr
	}
	return array.NewRecordBatch(masked, columns, batch.NumRows()), nil
}

// textColumn returns the strings that show gives for the rows of arr that are not
// NULL.
func textColumn(arr arrow.Array, show func(row int) string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(arr.Len())
	for row := range arr.Len() {
		if arr.IsNull(row) {
			b.AppendNull()
			continue
		}
		b.Append(show(row))
	}
	return b.NewArray()
}
