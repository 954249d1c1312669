package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/federate/export"
)

// exporting is an export under way.
type exporting struct {
	s        *Service
	job      registry.Job
	in       exportJob
	q        *asked
	some     ask.Asker // the members that are written
	audience *ask.Audience
	schema   *arrow.Schema // of the audience, not masked
	masking  *export.Masking
	delta    *export.Delta // nil: all members are written
	format   export.Format
	warnings []string
}

// export writes an audience to its file, which appears whole or not at all.
func (s *Service) export(ctx context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error) {
	x := &exporting{s: s, job: job}
	if err := json.Unmarshal(job.Request, &x.in); err != nil {
		return nil, fmt.Errorf("the request of the job cannot be read: %w", err)
	}
	if err := s.mayStill(ctx, x.in.Token); err != nil {
		return nil, errors.Join(err, x.log(ctx, audit.Denied, 0))
	}
	var err error
	if x.q, err = s.ask(ctx, job.Parent, &x.in.Ask); err != nil {
		return nil, err
	}
	defer x.q.release()
	if err := x.log(ctx, audit.Begun, 0); err != nil {
		return nil, err
	}
	out, err := x.run(ctx, report)
	if err != nil {
		err = x.q.failed(ctx, err)
		if lerr := x.log(context.WithoutCancel(ctx), audit.Failed, 0); lerr != nil {
			return nil, lerr
		}
		return nil, err
	}
	if err := x.log(ctx, audit.Done, out.Rows); err != nil {
		return nil, err
	}
	if err := s.sweepExports(ctx); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// endedTokenError is an export that a token has asked for which is not valid any more.
type endedTokenError struct{}

// Error says what to do.
func (endedTokenError) Error() string {
	return "the token that asked for the export was revoked or has ended since: nobody's data was read; ask again with one that is valid"
}

// mayStill returns an error where the token that asked for a job is not valid any more: what
// waited, or is done again after a crash, reads no customers for it. Where nobody needs a
// token there is nothing to look at, nor for who needed none.
func (s *Service) mayStill(ctx context.Context, id string) error {
	if id == "" || !s.TokensRequired() {
		return nil
	}
	if err := s.ReloadTokens(); err != nil { // then those before count, as for requests
		s.slog.ErrorContext(ctx, "the file of tokens cannot be read", "error", err)
	}
	if token, ok := s.tokens.ByID(id); !ok || !token.Valid(s.now()) {
		return endedTokenError{}
	}
	return nil
}

// log logs how far the export is, and of which version of the snapshot.
func (x *exporting) log(ctx context.Context, outcome audit.Outcome, rows int64) error {
	who := Caller{Name: x.job.Queued.By, TokenID: x.in.Token}
	event := audit.Event{
		Action: actionExport, Object: parentObject(x.job.Parent) + "/" + jobObject(x.job.ID), Revealed: uint64(max(rows, 0)), Outcome: outcome,
	}
	if x.q != nil && x.q.snapshot != nil {
		event.Version = x.q.snapshot.Manifest().Version
	}
	return x.s.log(ctx, who, event)
}

func (x *exporting) run(ctx context.Context, report func(registry.Progress)) (*ExportJSON, error) {
	var err error
	if x.format, err = export.ParseFormat(x.in.Format); err != nil {
		return nil, err
	}
	if x.some, err = x.q.choose(&x.in.Pick); err != nil {
		return nil, err
	}
	if x.audience, err = x.some.Members(ctx, x.in.Columns); err != nil {
		return nil, err
	}
	x.schema, x.warnings = x.audience.Schema, slices.Clone(x.audience.Warnings)
	if err := x.mask(ctx); err != nil {
		return nil, err
	}
	if err := x.compare(ctx); err != nil {
		return nil, err
	}
	rows, err := x.write(ctx, report)
	if err != nil {
		return nil, err
	}
	return x.result(ctx, rows)
}

// mask masks the columns that the request names.
func (x *exporting) mask(ctx context.Context) error {
	x.masking = &export.Masking{Columns: map[string]export.Mask{}}
	for name, text := range x.in.Masks {
		mask, err := export.ParseMask(text)
		if err != nil {
			return err
		}
		x.masking.Columns[name] = mask
		if mask == export.Hash {
			if x.masking.Salt, err = x.s.salt.get(); err != nil {
				return err
			}
		}
	}
	var err error
	x.audience.Schema, x.audience.Batches, err = x.masking.Apply(ctx, x.schema, x.audience.Batches)
	maps.Copy(x.audience.Metadata, x.masking.Metadata())
	return err
}

// compare makes changes of the audience since an earlier export, where one is named.
func (x *exporting) compare(ctx context.Context) error {
	if x.in.DeltaFrom == 0 {
		return nil
	}
	earlier, path, err := x.s.earlier(ctx, x.job.Parent, x.in.DeltaFrom)
	if err != nil {
		return err
	}
	file, err := export.OpenEarlier(ctx, path, x.schema.Field(0).Name)
	if err != nil {
		return &InputError{"delta_from", err}
	}
	if err := file.CheckMasking(x.masking); err != nil {
		return &InputError{"delta_from", err}
	}
	if earlier.Rule != x.audience.Metadata["rollcall.rule"] {
		x.warnings = append(x.warnings, "the earlier export is of another rule: that, too, is why customers entered and left")
	}
	if earlier.Pick != x.audience.Metadata["rollcall.pick"] {
		x.warnings = append(x.warnings, "the earlier export is of other members of the rule, "+cmp.Or(earlier.Pick, "all")+": that, too, is why customers entered and left")
	}
	x.delta = &export.Delta{Earlier: file.Keys, KeepStayed: x.in.DeltaStayed, Others: x.others}
	x.audience.Schema, x.audience.Batches, err = x.delta.Apply(ctx, x.audience.Schema, x.audience.Batches)
	x.audience.Metadata[export.DeltaFromKey] = strconv.FormatUint(x.in.DeltaFrom, 10)
	x.audience.Expected = -1
	return err
}

// others streams the customers who may have left, masked as the audience is.
func (x *exporting) others(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
	_, masked, err := x.masking.Apply(ctx, x.schema, ask.OthersOf(ctx, x.some, x.audience.AsOf, x.in.Columns))
	if err != nil {
		return func(yield func(arrow.RecordBatch, error) bool) { yield(nil, err) }
	}
	return masked
}

// write writes the file and returns how many rows it has.
func (x *exporting) write(ctx context.Context, report func(registry.Progress)) (rows int64, err error) {
	options := export.Options{Format: x.format, Metadata: x.audience.Metadata, Progress: func(done int64) {
		report(registry.Progress{Done: uint64(max(done, 0)), Total: uint64(max(x.audience.Expected, 0)), What: "customers"})
	}}
	err = export.ReplacePrivateFile(x.path(), func(w io.Writer) (err error) {
		rows, err = export.Write(ctx, w, x.audience.Schema, x.audience.Batches, options)
		return err
	})
	return rows, err
}

func (x *exporting) path() string { return x.s.exportPath(x.job.ID, x.format) }

// result says what was written.
func (x *exporting) result(ctx context.Context, rows int64) (*ExportJSON, error) {
	members := rows
	if x.delta != nil {
		n := x.delta.Counts()
		members = n.Entered + n.Stayed
	}
	answer, err := x.audience.Answer(ctx, members)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(x.path())
	if err != nil {
		return nil, err
	}
	out := &ExportJSON{
		File: fileName(x.job.Parent, x.job.ID, x.format), Format: x.format.String(), Rows: rows, Customers: members, Bytes: info.Size(),
		Rule: answer.Rule, AsOf: ask.TimeText(answer.AsOf.In(answer.Location)), Pick: answer.Pick, Masks: x.in.Masks,
		Warnings: append([]string{}, x.warnings...),
	}
	for _, f := range x.audience.Schema.Fields() {
		out.Columns = append(out.Columns, f.Name)
	}
	if answer.Snapshot != nil {
		out.Version = answer.Snapshot.Version
	}
	if x.delta != nil {
		n := x.delta.Counts()
		out.Delta = &DeltaJSON{From: x.in.DeltaFrom, Entered: n.Entered, Left: n.Left, Gone: n.Gone, Stayed: n.Stayed}
	}
	return out, nil
}

// fileName returns what a browser is to call a file: letters and digits alone, since
// nobody knows where it is saved.
func fileName(parent string, id uint64, format export.Format) string {
	name := []byte{}
	for _, b := range []byte(parent) {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9':
			name = append(name, b)
		case len(name) > 0 && name[len(name)-1] != '-':
			name = append(name, '-')
		}
		if len(name) == 64 {
			break
		}
	}
	return fmt.Sprintf("%s-%d.%s", cmp.Or(string(name), "audience"), id, format)
}
