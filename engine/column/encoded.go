package column

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Encoded is the values of a column for some rows as [AppendEncoded] wrote them,
// read in place. It is immutable, safe for concurrent use, and valid as long as
// the bytes that it was parsed from.
type Encoded struct {
	typ   model.Type
	n     int
	size  int
	form  form
	valid []byte // a bit per row, set where not NULL; nil: no row is NULL

	ints  encoding.Ints // but for formTexts; of formDecimals: the low bits; of formLists: the ends
	high  encoding.Ints // of formDecimals
	texts encoding.Texts
	dict  *Dictionary // of formCodes
	elems *Encoded    // of formLists
}

// ParseEncoded returns the n values of type t that data, which holds nothing else,
// was made of. d is the column's dictionary; nil where it has none. Everything is
// checked here, codes too: later calls neither fail nor leave the bytes. The error
// says what is not as expected.
func ParseEncoded(t model.Type, data []byte, n int, d *Dictionary) (*Encoded, error) {
	e := &Encoded{typ: t, n: n, size: len(data)}
	if err := e.parse(data, d); err != nil {
		return nil, fmt.Errorf("column: values of type %s: %w", t, err)
	}
	return e, nil
}

func (e *Encoded) parse(data []byte, d *Dictionary) error {
	data, err := e.parseHeader(data)
	if err != nil {
		return err
	}
	switch e.form {
	case formTexts:
		e.texts, err = parseTexts(data, e.n)
		return err
	case formDecimals:
		if e.high, data, err = parseSized(data, e.n); err != nil {
			return err
		}
	case formLists:
		return e.parseLists(data, d)
	case formCodes:
		return e.parseCodes(data, d)
	}
	e.ints, err = encoding.ParseInts(data, e.n)
	return err
}

// parseHeader reads what stands before the values, and returns what follows.
func (e *Encoded) parseHeader(data []byte) (rest []byte, err error) {
	if len(data) < wordBytes {
		return nil, fmt.Errorf("%d bytes, expected at least %d", len(data), wordBytes)
	}
	header := binary.LittleEndian.Uint64(data)
	flags := data[0]
	e.form = form(data[1])
	if header>>16 != 0 || flags&^hasNulls != 0 {
		return nil, fmt.Errorf("header %#016x, of which this version knows only the bits 0x000000000000ff01", header)
	}
	if want := formOf(e.typ); e.form != want && !(e.form == formCodes && want == formTexts) {
		return nil, fmt.Errorf("form %d, which is none of theirs", e.form)
	}
	rest = data[wordBytes:]
	if flags&hasNulls == 0 {
		return rest, nil
	}
	size := (e.n + 63) / 64 * wordBytes
	if len(rest) < size {
		return nil, fmt.Errorf("%d bytes after the header, expected at least %d to say which of %d values are NULL", len(rest), size, e.n)
	}
	e.valid = rest[:size]
	return rest[size:], nil
}

// parseSized parses n numbers behind their size, and returns what follows them.
func parseSized(data []byte, n int) (x encoding.Ints, rest []byte, err error) {
	if len(data) < wordBytes {
		return x, nil, fmt.Errorf("%d bytes, expected at least %d", len(data), wordBytes)
	}
	size := binary.LittleEndian.Uint64(data)
	data = data[wordBytes:]
	if size > uint64(len(data)) {
		return x, nil, fmt.Errorf("%d bytes of numbers, of %d in all", size, len(data))
	}
	x, err = encoding.ParseInts(data[:size], n)
	return x, data[size:], err
}

// parseLists parses the ends of lists and their elements.
func (e *Encoded) parseLists(data []byte, d *Dictionary) (err error) {
	if e.ints, data, err = parseSized(data, e.n); err != nil {
		return err
	}
	var piece [checkedAtOnce]int64
	last := int64(0)
	for lo := 0; lo < e.n; lo += len(piece) {
		ends := piece[:min(len(piece), e.n-lo)]
		e.ints.Decode(ends, lo)
		for i, end := range ends {
			if end < last || end > maxElements {
				return fmt.Errorf("list %d ends at %d, expected %d to %d", lo+i, end, last, maxElements)
			}
			last = end
		}
	}
	e.elems = &Encoded{typ: e.typ.Elem(), n: int(last), size: len(data)}
	if err := e.elems.parse(data, d); err != nil {
		return fmt.Errorf("elements: %w", err)
	}
	return nil
}

// parseCodes parses codes. Every code must be of a value of the dictionary,
// whatever bits it has above the 32 of a code.
func (e *Encoded) parseCodes(data []byte, d *Dictionary) (err error) {
	if d == nil {
		return errors.New("codes without a dictionary")
	}
	e.dict = d
	if e.ints, err = encoding.ParseInts(data, e.n); err != nil {
		return err
	}
	var piece [checkedAtOnce]uint32
	for lo := 0; lo < e.n; lo += len(piece) {
		c := codes{large: piece[:min(len(piece), e.n-lo)]}
		e.ints.DecodeUint32(c.large, lo)
		if err := c.check(d.Len()); err != nil {
			return err
		}
	}
	return nil
}

const checkedAtOnce = 1024 // values

// Len returns the number of rows.
func (e *Encoded) Len() int { return e.n }

// SizeBytes returns the number of bytes that the column takes.
func (e *Encoded) SizeBytes() int { return e.size }

// Kind returns how the values are encoded, in words: "packed, 14 bits".
func (e *Encoded) Kind() string {
	switch e.form {
	case formTexts:
		return "texts"
	case formDecimals:
		return kindOf(&e.high) + " above " + kindOf(&e.ints)
	case formLists:
		return "lists, " + e.elems.Kind()
	case formCodes:
		return "codes, " + kindOf(&e.ints)
	}
	return kindOf(&e.ints)
}

// kindOf returns the kind of an encoding with the bits that a code takes, where it
// has codes.
func kindOf(x *encoding.Ints) string {
	switch kind := x.Kind(); kind {
	case encoding.Constant, encoding.Plain:
		return kind.String()
	default:
		return fmt.Sprintf("%s, %d bits", kind, x.Width())
	}
}
