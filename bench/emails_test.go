package bench_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

const mailCustomers = 1_000_000

const mailYAML = `
name: A million addresses
master_table: {database: shop, table: customers, key_column: customer_id}
`

// mailCustomer is one row of shop.customers, with an address of its own.
type mailCustomer struct {
	CustomerID int64  `parquet:"customer_id"`
	Email      string `parquet:"email"`
}

// writeMail writes a table of customers with different addresses: the same bytes
// on every run.
func writeMail(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "shop"), 0o755); err != nil {
		return err
	}
	first := strings.Fields("james mary robert patricia john jennifer michael linda david elizabeth kim lee maria anna")
	last := strings.Fields("smith johnson williams brown jones garcia miller davis rodriguez martinez nguyen tanaka")
	hosts := strings.Fields("gmail.com gmail.com gmail.com yahoo.com yahoo.com hotmail.com outlook.com icloud.com example.org")
	r := rand.New(rand.NewPCG(1, 1))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	return writeParquet(filepath.Join(dir, "shop", "customers.parquet"), mailCustomers, func(i int) mailCustomer {
		return mailCustomer{int64(i), fmt.Sprintf("%s.%s%d@%s", pick(first), pick(last), i*7919%mailCustomers, pick(hosts))}
	})
}

// BenchmarkCountEmails counts the customers whose address has a text in it, of a
// million different addresses, on as many cores as there are.
func BenchmarkCountEmails(b *testing.B) {
	dir := b.TempDir()
	if err := writeMail(dir); err != nil {
		b.Fatal(err)
	}
	parent, err := model.Parse("parent.yml", []byte(mailYAML))
	if err != nil {
		b.Fatal(err)
	}
	src, err := files.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	if _, err := ingest.Build(b.Context(), parent, src, filepath.Join(dir, "snapshot"), nil); err != nil {
		b.Fatal(err)
	}
	db, err := engine.Open(filepath.Join(dir, "snapshot"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, rule := range []string{"email contains '@gmail.com'", "email contains 'xyzzy'", "email ends with '@gmail.com'", "email starts with 'maria.'"} {
		b.Run(rule, func(b *testing.B) {
			q, err := db.Query(rule)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := q.Count(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
