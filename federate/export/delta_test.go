package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// customerSchema is a key and two attributes, of which the first may not be NULL.
func customerSchema(key arrow.DataType) *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: key}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}, nullable("tags", arrow.ListOf(arrow.BinaryTypes.String)),
	}, nil)
}

// customers returns customers in batches of at most size. Customer k has n = 10·k and
// as tags "k", none where k is even.
func customers(schema *arrow.Schema, ids []int, size int) []arrow.RecordBatch {
	var batches []arrow.RecordBatch
	for part := range slices.Chunk(ids, size) {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for _, id := range part {
			switch key := b.Field(0).(type) {
			case *array.Int64Builder:
				key.Append(int64(id))
			case *array.StringBuilder:
				key.Append(fmt.Sprint(id))
			}
			b.Field(1).(*array.Int64Builder).Append(int64(10 * id))
			tags := b.Field(2).(*array.ListBuilder)
			tags.Append(id%2 == 1)
			if id%2 == 1 {
				tags.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint(id))
			}
		}
		batches = append(batches, b.NewRecordBatch())
		b.Release()
	}
	return batches
}

// again gives batches whenever it is called.
func again(batches []arrow.RecordBatch) func(context.Context) iter.Seq2[arrow.RecordBatch, error] {
	return func(context.Context) iter.Seq2[arrow.RecordBatch, error] { return sequence(batches...) }
}

// applied returns what a Delta makes of members, as CSV.
func applied(t *testing.T, d *Delta, schema *arrow.Schema, members []arrow.RecordBatch) string {
	t.Helper()
	schema, rows, err := d.Apply(t.Context(), schema, sequence(members...))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Write(t.Context(), &out, schema, rows, Options{Format: CSV}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Random audiences of random customers, against maps.
func TestDeltaRandom(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 8))
	some := func(share float64) (ids []int) {
		for id := range 300 {
			if r.Float64() < share {
				ids = append(ids, id)
			}
		}
		return ids
	}
	for round := range 60 {
		shares := []float64{0, 0.05, 0.5, 0.95, 1}
		share := func() float64 { return shares[r.IntN(len(shares))] }
		before, now, exist := some(share()), some(share()), some(share())
		twice := append(slices.Clone(before), before...) // a key that is there again counts once
		var want strings.Builder
		want.WriteString("id,change,n,tags\n")
		var counts DeltaCounts
		line := func(id int, change string, known bool) {
			fmt.Fprintf(&want, "%d,%s,", id, change)
			switch {
			case !known:
				want.WriteString(",\n")
			case id%2 == 1:
				fmt.Fprintf(&want, "%d,\"[\"\"%d\"\"]\"\n", 10*id, id)
			default:
				fmt.Fprintf(&want, "%d,\n", 10*id)
			}
		}
		keep := round%2 == 0
		for _, id := range now {
			switch {
			case !slices.Contains(before, id):
				counts.Entered++
				line(id, Entered, true)
			case keep:
				line(id, Stayed, true)
				fallthrough
			default:
				counts.Stayed++
			}
		}
		for _, known := range []bool{true, false} {
			for _, id := range before {
				if !slices.Contains(now, id) && slices.Contains(exist, id) == known {
					counts.Left++
					if !known {
						counts.Gone++
					}
					line(id, Left, known)
				}
			}
		}
		key := []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.String}[round/2%2]
		schema, size := customerSchema(key), 1+r.IntN(100)
		d := &Delta{
			Earlier: again(customers(customerSchema(arrow.BinaryTypes.String), twice, size)), KeepStayed: keep,
			Others: again(customers(schema, exist, size)),
		}
		got := applied(t, d, schema, customers(schema, now, size))
		if diff := cmp.Diff(want.String(), got); diff != "" {
			t.Fatalf("round %d: -want +got\n%s", round, diff)
		}
		if d.Counts() != counts {
			t.Fatalf("round %d: counts %+v, want %+v", round, d.Counts(), counts)
		}
	}
}

// Without others, of those who left the key alone is known.
func TestDeltaKeysAlone(t *testing.T) {
	schema := customerSchema(arrow.PrimitiveTypes.Int64)
	d := &Delta{Earlier: again(customers(schema, []int{1, 2}, 10))}
	got := applied(t, d, schema, customers(schema, []int{2, 3}, 10))
	if diff := cmp.Diff("id,change,n,tags\n3,entered,30,\"[\"\"3\"\"]\"\n1,left,,\n", got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDeltaErrors(t *testing.T) {
	schema := customerSchema(arrow.PrimitiveTypes.Int64)
	members, errSource := customers(schema, []int{1}, 1), errors.New("the source broke")
	text := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	broken := func(context.Context) iter.Seq2[arrow.RecordBatch, error] { return then(errSource) }
	for _, test := range []struct {
		delta Delta
		want  string
	}{
		{Delta{Earlier: broken}, "the earlier audience: the source broke"},
		{Delta{Earlier: again(customers(schema, []int{2}, 1)), Others: broken}, "the source broke"},
		{Delta{Earlier: again([]arrow.RecordBatch{batchOf(t, text, `[{"id":"C1"}]`)})}, `the earlier audience: found the key "C1", expected a whole number of 64 bits`},
		{Delta{Earlier: again([]arrow.RecordBatch{batchOf(t, text, `[{"id":"1"},{}]`)})}, "the earlier audience: 1 keys are NULL, expected none"},
	} {
		_, rows, err := test.delta.Apply(t.Context(), schema, sequence(members...))
		if err != nil {
			t.Fatal(err)
		}
		for _, rerr := range rows {
			err = rerr
		}
		if err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
	change := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, nullable("change", arrow.PrimitiveTypes.Int64)}, nil)
	const want = `the audience has a column "change" already, which is where the change of a customer stands: leave it out`
	if _, _, err := new(Delta).Apply(t.Context(), change, sequence()); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	const wantKey = `the key "f" has type float64, expected string or int64`
	float := arrow.NewSchema([]arrow.Field{{Name: "f", Type: arrow.PrimitiveTypes.Float64}}, nil)
	if _, _, err := new(Delta).Apply(t.Context(), float, sequence()); err == nil || err.Error() != wantKey {
		t.Errorf("error %v, want %s", err, wantKey)
	}
}

// readKeys reads the keys of an earlier export.
func readKeys(t *testing.T, e *Earlier) (keys []string, err error) {
	t.Helper()
	for batch, err := range e.Keys(t.Context()) {
		if err != nil {
			return keys, err
		}
		texts, err := keyTexts(batch.Column(0), false)
		if err != nil {
			return keys, err
		}
		for _, key := range texts {
			keys = append(keys, strings.Clone(key))
		}
	}
	return keys, nil
}

// An earlier export is read back in every format.
func TestEarlier(t *testing.T) {
	dir := t.TempDir()
	texts := arrow.NewSchema([]arrow.Field{nullable("before", arrow.PrimitiveTypes.Int64), {Name: "id", Type: arrow.BinaryTypes.String}}, nil)
	batch := batchOf(t, texts, `[{"before":1,"id":"007"},{"id":""},{"before":3,"id":"a,\"b\""}]`)
	for f := Parquet; f <= Arrow; f++ {
		for _, batches := range [][]arrow.RecordBatch{{batch, batch}, nil} {
			path := filepath.Join(dir, "gold."+f.String())
			if _, err := WriteFile(t.Context(), path, texts, sequence(batches...), Options{Metadata: map[string]string{"rollcall.rule": "n > 1"}}); err != nil {
				t.Fatal(err)
			}
			e, err := OpenEarlier(t.Context(), path, "id")
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for range batches {
				want = append(want, "007", "", `a,"b"`)
			}
			got, err := readKeys(t, e)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: error %v; -want +got\n%s", f, err, diff)
			}
			if got := e.Metadata("rollcall.rule"); (got != "n > 1") != (f == CSV) {
				t.Errorf("%s: the rule is %q", f, got)
			}
		}
	}
}

func TestOpenEarlierErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	schema := customerSchema(arrow.PrimitiveTypes.Int64)
	write := func(path string, schema *arrow.Schema, rows iter.Seq2[arrow.RecordBatch, error], metadata map[string]string) {
		t.Helper()
		if _, err := WriteFile(t.Context(), path, schema, rows, Options{Metadata: metadata}); err != nil {
			t.Fatal(err)
		}
	}
	for f := Parquet; f <= Arrow; f++ {
		write("gold."+f.String(), schema, sequence(customers(schema, []int{1}, 1)...), nil)
		d := &Delta{Earlier: again(nil)}
		changed, rows, err := d.Apply(t.Context(), schema, sequence(customers(schema, []int{1}, 1)...))
		if err != nil {
			t.Fatal(err)
		}
		write("delta."+f.String(), changed, rows, nil)
		const want = " holds what has changed since another export, expected a whole audience"
		if _, err := OpenEarlier(t.Context(), "delta."+f.String(), "id"); err == nil || err.Error() != "delta."+f.String()+want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	for _, test := range []struct{ path, key, want string }{
		{"gold.txt", "id", `file "gold.txt" ends in ".txt", expected .parquet, .csv or .arrow`},
		{"gold.parquet", "customer", `gold.parquet has no column "customer", which is the key, found id, n, tags`},
		{"gold.arrow", "tag", `gold.arrow has no column "tag", which is the key; is it "tags"?`},
		{"gold.csv", "idd", `gold.csv has no column "idd", which is the key; is it "id"?`},
		{"none.arrow", "id", "open none.arrow: no such file or directory"},
	} {
		if _, err := OpenEarlier(t.Context(), test.path, test.key); err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
	for _, path := range []string{"none.parquet", "none.csv"} {
		if _, err := OpenEarlier(t.Context(), path, "id"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: error %v, want one of a file that is not there", path, err)
		}
	}
}

// Whatever byte of a file is damaged, the keys are read, or there is an error.
func TestEarlierDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(bitmaptest.Seed(), 9))
	schema := customerSchema(arrow.BinaryTypes.String)
	for _, f := range []Format{Parquet, Arrow} {
		whole := writeBytes(t, schema, Options{Format: f}, customers(schema, []int{1, 2, 3, 40, 500}, 3)...)
		path := filepath.Join(t.TempDir(), "gold."+f.String())
		for i := range 400 {
			damaged := bytes.Clone(whole)
			if i%4 == 0 {
				damaged = damaged[:r.IntN(len(damaged))]
			} else {
				damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
			}
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			e, err := OpenEarlier(t.Context(), path, "id")
			if err == nil {
				_, err = readKeys(t, e)
			}
			if err == nil && len(damaged) < len(whole) {
				t.Errorf("%s: %d of %d bytes were read without an error", f, len(damaged), len(whole))
			}
		}
	}
}

// Keys that are masked in another way are not compared.
func TestCheckMasking(t *testing.T) {
	schema, batch := keys(t)
	dir := t.TempDir()
	hashed := &Masking{Columns: map[string]Mask{"key": Hash}, Salt: []byte(salt)}
	other := &Masking{Columns: hashed.Columns, Salt: []byte("another salt than that")}
	clear := &Masking{Columns: map[string]Mask{"key": Clear}}
	redacted := &Masking{Columns: map[string]Mask{"key": Redact}}
	path := filepath.Join(dir, "gold.parquet")
	for _, test := range []struct {
		then, now *Masking
		want      string
	}{
		{hashed, hashed, ""},
		{clear, nil, ""},
		{clear, clear, ""},
		{hashed, nil, `the key "key" is masked by hash in ` + path + `, and by clear now: the customers cannot be compared`},
		{clear, hashed, `the key "key" is masked by clear in ` + path + `, and by hash now: the customers cannot be compared`},
		{redacted, clear, `the key "key" is masked by redact in ` + path + `, and by clear now: the customers cannot be compared`},
		{hashed, other, `the key "key" is masked by hash in ` + path + ` with another salt: the customers cannot be compared`},
		{clear, redacted, `the key "key" is masked by redact: it tells nobody from anybody, and so not who entered or left`},
	} {
		masked, rows, err := test.then.Apply(t.Context(), schema, sequence(batch))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := WriteFile(t.Context(), path, masked, rows, Options{Metadata: test.then.Metadata()}); err != nil {
			t.Fatal(err)
		}
		e, err := OpenEarlier(t.Context(), path, "key")
		if err != nil {
			t.Fatal(err)
		}
		if err := e.CheckMasking(test.now); (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}
