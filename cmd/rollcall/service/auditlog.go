package service

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// AuditLog lists entries of the log, oldest first; Next is the number of the last one
// that was looked at.
func (s *Service) AuditLog(ctx context.Context, who Caller, in AuditRequest) (*Page[audit.Entry], error) {
	if err := s.allow(ctx, who, opAudit, "audit"); err != nil {
		return nil, err
	}
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	filter := audit.Filter{Action: in.Action}
	if in.Parent != "" {
		filter.Object = parentObject(in.Parent)
	}
	if in.After != "" {
		if filter.After, err = strconv.ParseUint(in.After, 10, 64); err != nil {
			return nil, inputf("after", "%.64q, expected the next of a page before", in.After)
		}
	}
	out := &Page[audit.Entry]{Items: []audit.Entry{}}
	for entry, err := range s.audit.Read(ctx, filter) {
		if err != nil {
			return nil, damaged(err)
		}
		if in.By != "" && entry.Actor.Token != in.By && entry.Actor.Name != in.By {
			continue
		}
		if len(out.Items) == limit {
			out.Next = strconv.FormatUint(out.Items[limit-1].Seq, 10)
			break
		}
		out.Items = append(out.Items, entry)
	}
	return out, nil
}

// VerifyAudit reads the whole log and checks that nothing in it was changed.
func (s *Service) VerifyAudit(ctx context.Context, who Caller) (*audit.Report, error) {
	if err := s.allow(ctx, who, opVerifyAudit, "audit"); err != nil {
		return nil, err
	}
	report, err := s.audit.Verify(ctx)
	if err != nil {
		return nil, damaged(err)
	}
	return &report, nil
}

// damaged returns the error of a reader of the log. Of a file that was changed it says
// which line, and not where the server keeps it.
func damaged(err error) error {
	var damage *audit.DamageError
	if !errors.As(err, &damage) {
		return err
	}
	at := *damage
	at.File = filepath.Join("audit", filepath.Base(damage.File))
	return &at
}
