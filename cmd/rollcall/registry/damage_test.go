package registry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// exercise reads everything and makes a change.
func exercise(t testing.TB, dir string) error {
	r, err := Open(t.Context(), dir, Options{})
	if err != nil {
		return err
	}
	_, err = everything(t.Context(), r)
	if err == nil {
		_, _, err = r.PutConnection(t.Context(), ConnectionInput{Name: "new", Kind: Files, URI: "/new"}, nil, "Ana")
	}
	return errors.Join(err, r.Close())
}

// TestDamage opens databases that are not as they were written.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, databaseName)
	r := openIn(t, dir)
	fill(t, r, 30)
	used := 0 // bytes; the file is longer
	if err := r.db.View(func(tx *bolt.Tx) error { used = int(tx.Size()); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edited := func(edit func(tx *bolt.Tx) error) []byte {
		t.Helper()
		other := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(other, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bolt.Open(other, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(edit), db.Close()); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(other)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	cases := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "it is empty, expected a database"},
		{"text", []byte(strings.Repeat("no database ", 1000)), "it is no database of rollcall serve: invalid database"},
		{"short", whole[:100], "it is no database of rollcall serve: "},
		{"half", whole[:used/2/4096*4096], ""},
		{"a page short", whole[:used-4096], ""},
		{"zeros", make([]byte, len(whole)), "it is no database of rollcall serve: invalid database"},
		{"the older of two states", flipped(whole, newerMeta(whole)+16+20), "one of the two pages that say where all is has another checksum: what was saved last may be lost with it"},
		{"another's", edited(func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(jobBucket)) }),
			`it has no bucket "jobs": it is no database of rollcall serve`},
		{"a newer format", edited(func(tx *bolt.Tx) error {
			return tx.Bucket([]byte(metaBucket)).Put([]byte("format"), []byte(`{"format":2,"sum":0,"value":2}`))
		}), `the value of "format" in "meta": it has format 2, expected 1: a newer rollcall may have written it`},
		{"no format", edited(func(tx *bolt.Tx) error { return tx.Bucket([]byte(metaBucket)).Delete([]byte("format")) }),
			"it has no format: it is no database of rollcall serve"},
		{"a value of another key", edited(func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte(connectionBucket))
			return b.Put([]byte("x"), b.Get([]byte("warehouse")))
		}), `the value of "x" in "connections": its checksum is wrong`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the first does not leave it locked
				_, err := Open(t.Context(), dir, Options{})
				if damage := (*DamageError)(nil); !errors.As(err, &damage) || !strings.HasPrefix(err.Error(), "registry: "+path+": "+c.want) {
					t.Errorf("error %v, expected %s", err, c.want)
				}
			}
		})
	}
}

// flipped returns data with a byte changed.
func flipped(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 1
	return out
}

// newerMeta returns where the meta page of the last transaction starts.
func newerMeta(data []byte) int {
	const txid = metaOffset + 48
	if binary.NativeEndian.Uint64(data[txid:]) > binary.NativeEndian.Uint64(data[4096+txid:]) {
		return 0
	}
	return 4096
}

// TestFlips changes random bytes of a database. It opens and has all that it had,
// or the damage is said: no panic, no fault, no changed record.
func TestFlips(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	dir := t.TempDir()
	path := filepath.Join(dir, databaseName)
	r := openIn(t, dir)
	fill(t, r, 30)
	want, err := everything(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found, same := 0, 0
	for range 200 {
		data := append([]byte(nil), whole...)
		for range 1 + random.IntN(20) {
			at := random.IntN(len(data))
			if random.IntN(2) == 0 { // headers of pages, which pages are found by
				at = at/4096*4096 + random.IntN(48)
			}
			at %= len(data)
			if page := whole[at/4096*4096:]; page[8] == 1 && at%4096 >= 16 {
				continue // a pointer of a branch page: two that point at each other keep bbolt busy for ever
			}
			data[at] = byte(random.IntN(256))
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(t.Context(), dir, Options{})
		if damage := (*DamageError)(nil); errors.As(err, &damage) {
			found++
			continue
		}
		if err != nil {
			t.Fatalf("error %v, expected a *DamageError", err)
		}
		got, err := everything(t.Context(), r)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("it opens, and has other records, or %v", err)
		}
		same++
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if err := exercise(t, dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d were found, %d had changes where nothing is", found, same)
}
