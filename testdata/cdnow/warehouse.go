package cdnow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
)

// rowsPerGroup is the size of a Parquet row group, in rows. The purchases
// take two groups, so that readers meet the seam between groups.
const rowsPerGroup = 65_536

// customerRow is one row of marketing.customers.
type customerRow struct {
	CustomerID        string `parquet:"customer_id"`
	FirstPurchaseDate int32  `parquet:"first_purchase_date,date"` // days since 1970-01-01
	Cohort            string `parquet:"cohort,dict"`
}

// metricsRow is one row of analytics.customer_metrics.
type metricsRow struct {
	CustomerID       string `parquet:"customer_id"`
	LTV              int64  `parquet:"ltv,decimal(2:10)"` // cents
	Orders           int64  `parquet:"orders"`
	LastPurchaseDate int64  `parquet:"last_purchase_date,timestamp(microsecond:utc)"`
	LoyaltyTier      string `parquet:"loyalty_tier,optional,dict"` // empty is NULL
}

// purchaseRow is one row of events.purchases.
type purchaseRow struct {
	CustomerID  string `parquet:"customer_id"`
	PurchasedAt int64  `parquet:"purchased_at,timestamp(microsecond:utc)"`
	Amount      int64  `parquet:"amount,decimal(2:10)"` // cents
	Quantity    int64  `parquet:"quantity"`
}

// WriteWarehouse writes the data as a warehouse folder: dir/DATABASE/TABLE.parquet
// for marketing.customers, analytics.customer_metrics and events.purchases.
// README.md describes their columns. The bytes are the same on every run.
//
// The directory must be empty or absent, and is made if needed. Each file
// appears whole, under its final name, or not at all; when WriteWarehouse
// returns an error, the cancelling of ctx included, it has removed everything
// that it wrote below dir.
func WriteWarehouse(ctx context.Context, dir string) error {
	if err := checkEmpty(dir); err != nil {
		return err
	}
	if err := writeTables(ctx, dir); err != nil {
		return errors.Join(err, removeTables(dir))
	}
	return nil
}

// writeTables writes every table of the warehouse below dir.
func writeTables(ctx context.Context, dir string) error {
	path := filepath.Join(dir, "marketing", "customers.parquet")
	if err := writeTable(ctx, path, customers(Purchases()), customerRowOf); err != nil {
		return err
	}
	path = filepath.Join(dir, "analytics", "customer_metrics.parquet")
	if err := writeTable(ctx, path, customers(Purchases()), metricsRowOf); err != nil {
		return err
	}
	path = filepath.Join(dir, "events", "purchases.parquet")
	return writeTable(ctx, path, Purchases(), purchaseRowOf)
}

// removeTables removes the folders that writeTables may have made below dir.
// They were not there before: the directory was empty.
func removeTables(dir string) error {
	var errs []error
	for _, database := range []string{"marketing", "analytics", "events"} {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, database)))
	}
	return errors.Join(errs...)
}

// customerRowOf gives a customer's row of marketing.customers.
func customerRowOf(c customer) customerRow {
	return customerRow{
		CustomerID:        c.id,
		FirstPurchaseDate: int32(c.first.Unix() / int64(24*time.Hour/time.Second)),
		Cohort:            c.cohort(),
	}
}

// metricsRowOf gives a customer's row of analytics.customer_metrics.
func metricsRowOf(c customer) metricsRow {
	return metricsRow{
		CustomerID:       c.id,
		LTV:              c.lifetimeCents,
		Orders:           c.orders,
		LastPurchaseDate: c.last.UnixMicro(),
		LoyaltyTier:      c.tier(),
	}
}

// purchaseRowOf gives a purchase's row of events.purchases.
func purchaseRowOf(p Purchase) purchaseRow {
	return purchaseRow{
		CustomerID:  p.CustomerID,
		PurchasedAt: p.Date.UnixMicro(),
		Amount:      p.Cents,
		Quantity:    p.Quantity,
	}
}

// writeTable writes one Parquet file: under another name first, then renamed,
// so that a file with the final name is always whole.
func writeTable[V, R any](ctx context.Context, path string, values iter.Seq2[V, error], rowOf func(V) R) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	err = writeRows(ctx, f, values, rowOf)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(temp, path)
}

// writeRows writes the rows of one table as a complete Parquet file.
func writeRows[V, R any](ctx context.Context, out io.Writer, values iter.Seq2[V, error], rowOf func(V) R) error {
	schema := parquet.NewSchema("schema", parquet.SchemaOf(new(R))) // else named after the Go type
	w := parquet.NewGenericWriter[R](out, schema,
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		// The library would name its own version as found in the build, which
		// differs between go run, go test and a released binary.
		parquet.CreatedBy("rollcall", "1", "cdnow"))
	batch := make([]R, 0, 1024)
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := w.Write(batch)
		batch = batch[:0]
		return err
	}
	for v, err := range values {
		if err != nil {
			return err
		}
		batch = append(batch, rowOf(v))
		if len(batch) == cap(batch) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return w.Close()
}

// checkEmpty accepts a directory that is empty or absent.
func checkEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("expected an empty or absent directory: %w", err)
	}
	if len(entries) == 0 {
		return nil
	}
	const named = 3
	var found []string
	for _, e := range entries[:min(named, len(entries))] {
		found = append(found, fmt.Sprintf("%q", e.Name()))
	}
	list := strings.Join(found, ", ")
	if more := len(entries) - named; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Errorf("directory %q holds %s: expected an empty or absent directory", dir, list)
}
