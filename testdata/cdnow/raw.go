package cdnow

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed CDNOW_master.txt.gz
var rawGzip []byte

//go:embed parent.yml
var parentYAML []byte

// rawName names the raw text in messages.
const rawName = "CDNOW_master.txt"

// header is the first line of the raw text, by field.
var header = []string{"customer_id", "date", "number_of_cds", "dollar_value"}

// Purchase is one line of the raw text.
type Purchase struct {
	CustomerID string    // five digits
	Date       time.Time // midnight UTC of the day
	Quantity   int64     // CDs bought, at least 1
	Cents      int64     // value in US cents, 0 or more
}

// ParentYAML returns the parent segment over the tables of WriteWarehouse, in
// the book form. The bytes are the caller's own.
func ParentYAML() []byte { return bytes.Clone(parentYAML) }

// Raw opens the published text, uncompressed: a header line, then one purchase
// a line, lines ending in CR LF. The caller closes it.
func Raw() (io.ReadCloser, error) {
	r, err := gzip.NewReader(bytes.NewReader(rawGzip))
	if err != nil {
		return nil, fmt.Errorf("%s.gz: %w", rawName, err)
	}
	return r, nil
}

// Purchases yields every purchase of the raw text, ordered by customer and,
// for one customer, by date. The first error ends the sequence and comes with
// a zero Purchase; a sequence without one has yielded every line.
func Purchases() iter.Seq2[Purchase, error] {
	return func(yield func(Purchase, error) bool) {
		r, err := Raw()
		if err != nil {
			yield(Purchase{}, err)
			return
		}
		// Closing a reader over memory releases nothing, and the checksum of
		// the text is verified by reading to its end.
		defer func() { _ = r.Close() }()
		parse(r)(yield)
	}
}

// parse yields the purchases of a text laid out like the raw one.
func parse(r io.Reader) iter.Seq2[Purchase, error] {
	return func(yield func(Purchase, error) bool) {
		lines := bufio.NewScanner(r)
		if !lines.Scan() {
			err := lines.Err()
			if err == nil {
				err = errors.New("the text is empty, expected a header line")
			}
			yield(Purchase{}, fmt.Errorf("%s: %w", rawName, err))
			return
		}
		if got := strings.Fields(lines.Text()); !slices.Equal(got, header) {
			yield(Purchase{}, fmt.Errorf("%s:1: found the header %q, expected %q", rawName, got, header))
			return
		}
		var last Purchase
		line := 1
		for lines.Scan() {
			line++
			p, err := parseLine(lines.Text())
			if err == nil {
				err = checkOrder(last, p)
			}
			if err != nil {
				yield(Purchase{}, fmt.Errorf("%s:%d: %w", rawName, line, err))
				return
			}
			if !yield(p, nil) {
				return
			}
			last = p
		}
		if err := lines.Err(); err != nil {
			yield(Purchase{}, fmt.Errorf("%s:%d: %w", rawName, line+1, err))
		}
	}
}

// checkOrder says whether next may follow last. Summing up a customer relies
// on it: all lines of a customer stand together.
func checkOrder(last, next Purchase) error {
	if next.CustomerID < last.CustomerID {
		return fmt.Errorf("customer %q after %q: expected ascending customer ids", next.CustomerID, last.CustomerID)
	}
	if next.CustomerID == last.CustomerID && next.Date.Before(last.Date) {
		return fmt.Errorf("customer %q: date %s after %s: expected ascending dates",
			next.CustomerID, next.Date.Format(time.DateOnly), last.Date.Format(time.DateOnly))
	}
	return nil
}

// parseLine reads one purchase from its line.
func parseLine(s string) (Purchase, error) {
	fields := strings.Fields(s)
	if len(fields) != len(header) {
		return Purchase{}, fmt.Errorf("found %d fields in %q, expected %d: %s",
			len(fields), s, len(header), strings.Join(header, ", "))
	}
	if id := fields[0]; len(id) != 5 || !allDigits(id) {
		return Purchase{}, fmt.Errorf("customer_id %q: expected five digits", id)
	}
	date, err := time.Parse("20060102", fields[1])
	if err != nil {
		return Purchase{}, fmt.Errorf("date %q: expected a day written YYYYMMDD", fields[1])
	}
	quantity, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || quantity < 1 {
		return Purchase{}, fmt.Errorf("number_of_cds %q: expected a whole number from 1", fields[2])
	}
	cents, err := parseCents(fields[3])
	if err != nil {
		return Purchase{}, fmt.Errorf("dollar_value %q: %w", fields[3], err)
	}
	return Purchase{CustomerID: fields[0], Date: date, Quantity: quantity, Cents: cents}, nil
}

// parseCents reads an amount in dollars with exactly two decimals, as cents.
func parseCents(s string) (int64, error) {
	dollars, cents, ok := strings.Cut(s, ".")
	if !ok || len(cents) != 2 || dollars == "" || !allDigits(dollars) || !allDigits(cents) {
		return 0, errors.New("expected dollars with two decimals, such as 11.77")
	}
	n, err := strconv.ParseInt(dollars+cents, 10, 64)
	if err != nil || n > maxCents {
		return 0, fmt.Errorf("expected at most %d.%02d, the largest decimal(10,2)", maxCents/100, maxCents%100)
	}
	return n, nil
}

// allDigits reports whether s holds nothing but ASCII digits.
func allDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
