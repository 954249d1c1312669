package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/export"
)

// deltaHelp says what --delta-from does.
const deltaHelp = `--delta-from FILE, an earlier export of any format, writes what has changed since: the
customers who entered the audience and those who left it, as the column "change" says
after the key; with --delta-stayed those who stayed as well. Who left has the
attributes of today, NULL where the customer exists no more. In place of FILE a time
compares with the members as of then: events as they were, attributes as they are.
Memory grows with the earlier keys, by some 40 bytes each. A key masked by hash is
compared by its hash, where the salt is the same.`

// deltaFlags say what an export is compared with.
type deltaFlags struct {
	from   string // a file or a time
	stayed bool
}

func (f *deltaFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "delta-from", "", "write who entered and left since an earlier export, FILE.parquet, FILE.csv or FILE.arrow, or since a time")
	cmd.Flags().BoolVar(&f.stayed, "delta-stayed", false, "with --delta-from: write who stayed as well")
}

// check refuses flags that do not go together; out is the file to write.
func (f *deltaFlags) check(out string) error {
	if f.stayed && f.from == "" {
		return usagef("--delta-stayed needs --delta-from")
	}
	if isSameFile(f.from, out) {
		return usagef("--delta-from and -o are both %s: the changes would replace what they are changes of; write them to another file", out)
	}
	return nil
}

// isSameFile reports whether two paths lead to one file that is there.
func isSameFile(x, y string) bool {
	a, err := os.Stat(x)
	if err != nil {
		return false
	}
	b, err := os.Stat(y)
	return err == nil && os.SameFile(a, b)
}

// deltaText says in words what has changed.
func deltaText(d *ask.DeltaJSON) string {
	gone := ""
	if d.Gone > 0 {
		gone = fmt.Sprintf(" (%s exist no more)", wording.Number(d.Gone))
	}
	return fmt.Sprintf("since %s: %s entered, %s left%s, %s stayed", d.From, wording.Number(d.Entered), wording.Number(d.Left), gone, wording.Number(d.Stayed))
}

// deltaOf is an export that is compared with an earlier audience.
type deltaOf struct {
	*export.Delta
	from string
}

// json returns what has changed, once everything is written; nil where nothing
// was compared.
func (d *deltaOf) json() *ask.DeltaJSON {
	if d == nil {
		return nil
	}
	n := d.Counts()
	return &ask.DeltaJSON{From: d.from, Entered: n.Entered, Left: n.Left, Gone: n.Gone, Stayed: n.Stayed}
}

// members returns how many members the audience has, of so many rows that were
// written.
func (d *deltaOf) members(rows int64) int64 {
	if d == nil {
		return rows
	}
	n := d.Counts()
	return n.Entered + n.Stayed
}

// shaped masks the columns of m and compares it with an earlier audience, as the
// flags say; nil where it is not compared.
func (a *app) shaped(ctx context.Context, q ask.Asker, m *ask.Audience, given *exportFlags, columns []string) (*deltaOf, error) {
	masking, err := given.mask.masking()
	if err != nil {
		return nil, err
	}
	key := m.Schema.Field(0).Name
	delta, err := a.delta(ctx, q, m, given, columns)
	if err != nil {
		return nil, err
	}
	if masking != nil {
		schema := m.Schema
		if m.Schema, m.Batches, err = masking.Apply(ctx, schema, m.Batches); err != nil {
			return nil, &usageError{err}
		}
		for k, v := range masking.Metadata() {
			m.Metadata[k] = v
		}
	}
	if delta == nil {
		return nil, nil
	}
	if err := delta.compare(ctx, a, masking, m, key); err != nil {
		return nil, err
	}
	m.Metadata[export.DeltaFromKey] = deltaSource(given.delta.from)
	return &deltaOf{Delta: delta.Delta, from: given.delta.from}, nil
}

// pendingDelta is a Delta before it is known how columns are masked.
type pendingDelta struct {
	*export.Delta
	file   *export.Earlier // nil: a time
	schema *arrow.Schema   // of the audience, not masked
}

// delta opens what an export is compared with; nil for nothing.
func (a *app) delta(ctx context.Context, q ask.Asker, m *ask.Audience, given *exportFlags, columns []string) (*pendingDelta, error) {
	from := given.delta.from
	if from == "" {
		return nil, nil
	}
	d := &pendingDelta{Delta: &export.Delta{KeepStayed: given.delta.stayed}, schema: m.Schema}
	d.Others = func(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
		return ask.OthersOf(ctx, q, m.AsOf, columns)
	}
	if _, err := export.FormatOf(from); err == nil {
		if d.file, err = export.OpenEarlier(ctx, from, m.Schema.Field(0).Name); err != nil {
			return nil, fmt.Errorf("--delta-from: %w", err)
		}
		d.Earlier = d.file.Keys
		return d, nil
	}
	then, err := window.ParseAsOf(from, m.AsOf.Location())
	if err != nil {
		return nil, usagef("--delta-from is %q, expected a file that ends in .parquet, .csv or .arrow, or a time: %w", from, err)
	}
	d.Earlier = func(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] { return ask.MembersAt(ctx, q, then) }
	return d, nil
}

// compare turns m, which is masked already, into what has changed.
func (d *pendingDelta) compare(ctx context.Context, a *app, masking *export.Masking, m *ask.Audience, key string) error {
	if d.file != nil {
		if err := d.file.CheckMasking(masking); err != nil {
			return &usageError{fmt.Errorf("--delta-from: %w", err)}
		}
		if err := d.checkOrigin(a, m); err != nil {
			return err
		}
	} else if masking != nil {
		if masking.Columns[key] == export.Redact {
			return usagef("--delta-from: the key %q is masked by redact: it tells nobody from anybody, and so not who entered or left", key)
		}
		earlier := d.Earlier
		keys := &export.Masking{Columns: map[string]export.Mask{key: masking.Columns[key]}, Salt: masking.Salt}
		only := arrow.NewSchema(d.schema.Fields()[:1], nil)
		d.Earlier = func(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
			return maskedBy(ctx, keys, only, earlier(ctx))
		}
	}
	if masking != nil {
		others := d.Others
		d.Others = func(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
			return maskedBy(ctx, masking, d.schema, others(ctx))
		}
	}
	var err error
	if m.Schema, m.Batches, err = d.Apply(ctx, m.Schema, m.Batches); err != nil {
		return &usageError{fmt.Errorf("--delta-from: %w", err)}
	}
	m.Expected = -1
	return nil
}

// maskedBy gives batches as they are once masked.
func maskedBy(ctx context.Context, m *export.Masking, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) iter.Seq2[arrow.RecordBatch, error] {
	_, masked, err := m.Apply(ctx, schema, batches)
	if err != nil {
		return failed(err)
	}
	return masked
}

// failed gives an error alone.
func failed(err error) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) { yield(nil, err) }
}

// checkOrigin refuses a file of another parent segment, and warns of one of
// another rule. A file that says nothing passes.
func (d *pendingDelta) checkOrigin(a *app, m *ask.Audience) error {
	const parent = "rollcall.parent_segment"
	if was, is := d.file.Metadata(parent), m.Metadata[parent]; was != "" && was != is {
		return usagef("--delta-from: the file is an audience of the parent segment %q, expected %q", was, is)
	}
	const ruleKey, pickKey = "rollcall.rule", "rollcall.pick"
	was := d.file.Metadata(ruleKey)
	if was == "" {
		return nil
	}
	if was != m.Metadata[ruleKey] {
		a.warn([]string{"the earlier export is of another rule, " + was + ": that, too, is why customers entered and left"})
	}
	if was := d.file.Metadata(pickKey); was != m.Metadata[pickKey] {
		a.warn([]string{"the earlier export is of other members of the rule, " + cmp.Or(was, "all") + ": that, too, is why customers entered and left"})
	}
	return nil
}

// deltaSource says in metadata what a delta was made from: a file by its name,
// without its folder.
func deltaSource(from string) string {
	if _, err := export.FormatOf(from); err == nil {
		return filepath.Base(from)
	}
	return from
}
