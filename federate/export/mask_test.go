package export

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
)

const salt = "0123456789abcdef"

// hashOf is what a value's text is hashed to, computed here by the definition.
func hashOf(text string) string {
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func masked(t *testing.T, m *Masking, schema *arrow.Schema, batches ...arrow.RecordBatch) (*arrow.Schema, []byte) {
	t.Helper()
	schema, rows, err := m.Apply(t.Context(), schema, sequence(batches...))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Write(t.Context(), &out, schema, rows, Options{Format: CSV}); err != nil {
		t.Fatal(err)
	}
	return schema, out.Bytes()
}

// The hash of every value is that of its text as CSV has it; NULL stays NULL.
func TestMaskHash(t *testing.T) {
	all := &Masking{Columns: make(map[string]Mask), Salt: []byte(salt)}
	for _, f := range allTypes.Fields() {
		all.Columns[f.Name] = Hash
	}
	for _, batch := range allRows(t) {
		schema, rows, err := all.Apply(t.Context(), allTypes, sequence(batch))
		if err != nil {
			t.Fatal(err)
		}
		for got, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			for i, arr := range got.Columns() {
				if f := schema.Field(i); f.Type.ID() != arrow.STRING || f.Nullable != allTypes.Field(i).Nullable {
					t.Errorf("column %s is %s, nullable %t", f.Name, f.Type, f.Nullable)
				}
				text := textOf(batch.Column(i))
				for row := range arr.Len() {
					want := any(nil)
					if batch.Column(i).IsValid(row) {
						want = hashOf(string(text(nil, row)))
					}
					if got := arrowValue(arr, row); got != want {
						t.Errorf("column %s, row %d: %v, want %v", schema.Field(i).Name, row, got, want)
					}
				}
			}
		}
	}
}

func TestMask(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "key", Type: arrow.PrimitiveTypes.Int64}, nullable("email", arrow.BinaryTypes.String), nullable("ltv", decimalType(9, 2)),
	}, nil)
	batch := batchOf(t, schema, `[{"key":1,"email":"a@b.example","ltv":"5.50"},{"key":2}]`)
	m := &Masking{Columns: map[string]Mask{"email": Hash, "ltv": Redact, "key": Clear}, Salt: []byte(salt)}
	_, got := masked(t, m, schema, batch)
	if diff := cmp.Diff("key,email,ltv\n1,"+hashOf("a@b.example")+",***\n2,,\n", string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	metadata := m.Metadata()
	if got, want := metadata[MaskedKey], "email=hash, ltv=redact"; got != want {
		t.Errorf("metadata says %q, want %q", got, want)
	}
	other := (&Masking{Columns: m.Columns, Salt: []byte(strings.ToUpper(salt))}).Metadata()
	if metadata[saltCheckKey] == other[saltCheckKey] || len(metadata[saltCheckKey]) != 16 {
		t.Errorf("the checks of two salts are %q and %q", metadata[saltCheckKey], other[saltCheckKey])
	}
	for key, value := range metadata {
		if strings.Contains(key+value, salt) || strings.Contains(value, hex.EncodeToString([]byte(salt))) {
			t.Errorf("metadata %s=%s holds the salt", key, value)
		}
	}
	if got := (&Masking{Columns: map[string]Mask{"key": Clear}}).Metadata(); got != nil {
		t.Errorf("nothing is masked, and the metadata says %v", got)
	}
}

func TestMaskErrors(t *testing.T) {
	schema, batch := keys(t)
	for _, test := range []struct {
		column string
		mask   Mask
		salt   string
		want   string
	}{
		{"kye", Redact, "", `the export has no column "kye" to mask; did you mean "key"?`},
		{"telephone", Redact, "", `the export has no column "telephone" to mask, expected one of key`},
		{"key", Hash, "", "columns are masked by hash, and there is no salt"},
		{"key", Hash, "pepper", "the salt has 6 bytes, expected at least 16: a short one can be guessed, and with it the values"},
		{"key", 7, "", `the mask of column "key" is Mask(7), expected clear, hash or redact`},
	} {
		m := &Masking{Columns: map[string]Mask{test.column: test.mask}, Salt: []byte(test.salt)}
		if _, _, err := m.Apply(t.Context(), schema, sequence(batch)); err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
	m := &Masking{Columns: map[string]Mask{"key": Redact}}
	errSource := errors.New("the source broke")
	_, rows, err := m.Apply(t.Context(), schema, then(errSource, batch))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for batch, err := range rows {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, fmt.Sprint(batch.Column(0)))
	}
	if diff := cmp.Diff([]string{`["***" "***"]`, "the source broke"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestParseMask(t *testing.T) {
	for m := Clear; m <= Redact; m++ {
		if got, err := ParseMask(strings.ToUpper(m.String())); err != nil || got != m {
			t.Errorf("ParseMask of %s returned %s, %v", m, got, err)
		}
	}
	const want = `unknown mask "sha256", expected clear, hash or redact`
	if _, err := ParseMask("sha256"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
