package registry

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// Outcome is what putting something has done.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged" // what was put is what was there: no new version
)

// Page is a part of a list.
type Page[T any] struct {
	Items []T    `json:"items"`          // never nil
	Next  string `json:"next,omitempty"` // what to pass as after for those that follow; empty at the end
}

// envelope is a value as it is stored.
type envelope struct {
	Format int             `json:"format"`
	Sum    uint32          `json:"sum"` // CRC-32C of the bucket, the key and the value
	Value  json.RawMessage `json:"value"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(bucket string, key, value []byte) uint32 {
	of := crc32.Checksum([]byte(bucket), castagnoli)
	return crc32.Update(crc32.Update(of, castagnoli, key), castagnoli, value)
}

// put stores a value.
func put[T any](tx *bolt.Tx, bucket string, key []byte, v T) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	data, err := json.Marshal(envelope{formatNumber, sum(bucket, key, value), value})
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(bucket)).Put(key, data)
}

// get reads a value.
func get[T any](tx *bolt.Tx, bucket string, key []byte) (v T, found bool, err error) {
	data := tx.Bucket([]byte(bucket)).Get(key)
	if data == nil {
		return v, false, nil
	}
	v, err = decode[T](tx, bucket, key, data)
	return v, err == nil, err
}

// decode reads a stored value.
func decode[T any](tx *bolt.Tx, bucket string, key, data []byte) (v T, err error) {
	var e envelope
	err = json.Unmarshal(data, &e)
	switch {
	case err != nil:
	case e.Format != formatNumber:
		err = fmt.Errorf("it has format %d, expected %d: a newer rollcall may have written it", e.Format, formatNumber)
	case e.Sum != sum(bucket, key, e.Value):
		err = errors.New("its checksum is wrong")
	default:
		err = json.Unmarshal(e.Value, &v)
	}
	if err != nil {
		return v, &DamageError{tx.DB().Path(), fmt.Sprintf("the value of %q in %q: %v", key, bucket, err)}
	}
	return v, nil
}

// checkDatabase checks all pages and all values.
func checkDatabase(tx *bolt.Tx) error {
	path := tx.DB().Path()
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	if info.Size() < tx.Size() {
		return &DamageError{path, fmt.Sprintf("it has %d bytes, expected at least %d", info.Size(), tx.Size())}
	}
	for _, name := range buckets {
		bucket := tx.Bucket([]byte(name))
		if bucket == nil {
			return &DamageError{path, fmt.Sprintf("it has no bucket %q: it is no database of rollcall serve", name)}
		}
		if err := bucket.ForEach(func(key, data []byte) error {
			_, err := decode[json.RawMessage](tx, name, key, data)
			return err
		}); err != nil {
			return err
		}
	}
	_, found, err := get[int](tx, metaBucket, []byte("format"))
	if err == nil && !found {
		err = &DamageError{path, "it has no format: it is no database of rollcall serve"}
	}
	if err != nil {
		return err
	}
	if err := checkLengths(tx); err != nil {
		return err
	}
	// bbolt's check runs in a goroutine where a fault would end the process. By now
	// all pages that hold something can be read.
	for problem := range tx.Check() { // to the end, else its goroutine stays
		if err == nil {
			err = &DamageError{path, "it is damaged: " + problem.Error()}
		}
	}
	return err
}

// checkLengths checks that no page is said to be longer than the file: bbolt's own
// check would report every page that is not there, of billions.
func checkLengths(tx *bolt.Tx) error {
	pages := int(tx.Size() / int64(tx.DB().Info().PageSize))
	for id := 0; id < pages; {
		p, err := tx.Page(id)
		if err != nil {
			return err
		}
		switch {
		case p == nil:
			return nil
		case p.Type == "free": // what its header says does not count
			id++
		case p.OverflowCount >= pages-id:
			return &DamageError{tx.DB().Path(), fmt.Sprintf("it is damaged: page %d has %d pages behind it, of %d in all", id, p.OverflowCount, pages)}
		default:
			id += 1 + p.OverflowCount
		}
	}
	return nil
}

// key joins a name and the rest of a key.
func key(name string, rest ...byte) []byte { return append(append([]byte(name), 0), rest...) }

func pathKey(parent, path string) []byte { return append(key(parent), path...) }

// number is a number as part of a key, in the order of numbers.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// numberOf reads the number at the end of a key.
func numberOf(key []byte) uint64 {
	if len(key) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(key[len(key)-8:])
}

// limitOf checks the limit of a list.
func limitOf(limit int) (int, error) {
	switch {
	case limit == 0:
		return DefaultPage, nil
	case limit < 0 || limit > MaxPage:
		return 0, invalidf("limit", "%d, expected 1 to %d, or 0 for %d", limit, MaxPage, DefaultPage)
	}
	return limit, nil
}

// collect makes a page of what next gives: a key to go on after, and an item. One
// more than limit tells whether there are more.
func collect[T any](limit int, next func() (after string, item T, ok bool, err error)) (Page[T], error) {
	limit, err := limitOf(limit)
	if err != nil {
		return Page[T]{}, err
	}
	page := Page[T]{Items: []T{}}
	last := ""
	for {
		after, item, ok, err := next()
		switch {
		case err != nil:
			return Page[T]{}, err
		case !ok:
			return page, nil
		case len(page.Items) == limit:
			page.Next = last
			return page, nil
		}
		page.Items = append(page.Items, item)
		last = after
	}
}

// upward gives the entries of a bucket with a prefix in the order of keys, those
// after prefix and after, one with every call. The key is what follows the prefix.
func upward(tx *bolt.Tx, bucket string, prefix []byte, after string) func() (rest, value []byte) {
	c := tx.Bucket([]byte(bucket)).Cursor()
	from := append(bytes.Clone(prefix), after...)
	k, v := c.Seek(from)
	if after != "" && bytes.Equal(k, from) {
		k, v = c.Next()
	}
	return func() (rest, value []byte) {
		if k == nil || !bytes.HasPrefix(k, prefix) {
			return nil, nil
		}
		rest, value = k[len(prefix):], v
		k, v = c.Next()
		return rest, value
	}
}

// downward gives the entries of a bucket whose keys are a prefix and a number,
// greatest first, below a number.
func downward(tx *bolt.Tx, bucket string, prefix []byte, below uint64) func() (n uint64, value []byte) {
	c := tx.Bucket([]byte(bucket)).Cursor()
	k, v := c.Seek(append(bytes.Clone(prefix), number(below)...))
	if k == nil {
		k, v = c.Last()
	} else {
		k, v = c.Prev()
	}
	return func() (n uint64, value []byte) {
		if k == nil || !bytes.HasPrefix(k, prefix) || len(k) != len(prefix)+8 {
			return 0, nil
		}
		n, value = numberOf(k), v
		k, v = c.Prev()
		return n, value
	}
}

// belowOf reads what continues a list of numbers; all of them where it is empty.
func belowOf(after string) (uint64, error) {
	if after == "" {
		return ^uint64(0), nil
	}
	n, err := strconv.ParseUint(after, 10, 64)
	if err != nil {
		return 0, invalidf("after", "%q, expected what a list gave as next", after)
	}
	return n, nil
}
