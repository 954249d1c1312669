package databricks

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

var _ source.DirectoryChecker = (*Source)(nil)

// CheckDirectory implements [source.DirectoryChecker]. It knows where a table lies that
// who asks may DESCRIBE DETAIL, and nothing of the tables under views. A path of a
// volume is compared as it is: where the volume's files lie is not looked up, which
// the catalog does not let be where a table's do.
func (s *Source) CheckDirectory(ctx context.Context, directory string, reads []model.TableRef) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	for _, read := range reads {
		location, err := s.location(ctx, read)
		if err != nil {
			return err
		}
		if location != "" && (isWithin(directory, location) || isWithin(location, directory)) {
			return &source.TargetError{Directory: directory, Why: fmt.Sprintf("the parent segment reads %s, whose files lie in %q", read, location)}
		}
	}
	return nil
}

// location returns where the files of a table lie, empty where that is not known.
func (s *Source) location(ctx context.Context, ref model.TableRef) (string, error) {
	e, err := recall(&s.mu, s.found, ref).get(ctx, func() (entry, error) { return s.find(ctx, ref) })
	if err != nil || e.kind == "VIEW" {
		return "", err
	}
	if t, ok := recall(&s.mu, s.opened, e.ref).peek(); ok && t.pin.location != "" {
		return t.pin.location, nil
	}
	name, err := sqlgen.Table(sqlgen.Databricks, e.full)
	if err != nil {
		return "", err
	}
	p, err := s.detail(ctx, "table "+e.ref.String(), name)
	if noVersions(err) != "" {
		err = nil
	}
	return p.location, err
}

// isWithin reports whether a path is that of a directory, or of something in it.
func isWithin(inner, directory string) bool {
	inner, directory = plainPath(inner), plainPath(directory)
	return inner == directory || strings.HasPrefix(inner, strings.TrimSuffix(directory, "/")+"/")
}

// plainPath returns the spelling of a path that others of it are compared by. Schemes
// and hosts are the same in whatever case, and a path without a scheme is one of dbfs.
func plainPath(text string) string {
	scheme, rest, found := strings.Cut(text, ":")
	if !found || strings.Contains(scheme, "/") {
		scheme, rest = "dbfs", text
	}
	scheme = strings.ToLower(scheme)
	if scheme == "s3a" || scheme == "s3n" {
		scheme = "s3"
	}
	host := ""
	if trimmed, ok := strings.CutPrefix(rest, "//"); ok && !strings.HasPrefix(trimmed, "/") {
		host, rest, _ = strings.Cut(trimmed, "/")
	}
	return scheme + "://" + strings.ToLower(host) + path.Clean("/"+rest)
}
