package service

import (
	"context"
	"errors"
	"os"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// parentObject is what the log calls a parent segment.
func parentObject(name string) string { return "parents/" + name }

// Parents lists parent segments by name, each with how fresh it is.
func (s *Service) Parents(ctx context.Context, who Caller, in Listing) (*Page[ParentJSON], error) {
	if err := s.allow(ctx, who, opParents, "parents"); err != nil {
		return nil, err
	}
	found, err := s.registry.Parents(ctx, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &Page[ParentJSON]{Items: []ParentJSON{}, Next: found.Next}
	for _, parent := range found.Items {
		shown, err := s.showParent(ctx, who, parent.Name)
		if isA[*registry.NotFoundError](err) {
			continue // it was deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		shown.Text, shown.Load = "", nil
		out.Items = append(out.Items, *shown)
	}
	return out, nil
}

// Parent returns a parent segment with the report of the build that made its snapshot;
// for administrators, with its configuration.
func (s *Service) Parent(ctx context.Context, who Caller, name string) (*ParentJSON, error) {
	if err := s.allow(ctx, who, opParent, parentObject(name)); err != nil {
		return nil, err
	}
	return s.showParent(ctx, who, name)
}

// showParent shows a parent segment as a caller may see it.
func (s *Service) showParent(ctx context.Context, who Caller, name string) (*ParentJSON, error) {
	e, err := s.entryOf(ctx, name)
	if err != nil {
		return nil, err
	}
	out := newParentJSON(&e.Parent)
	if who.Roles.Has(access.Admin) {
		out.Text = e.Text
	}
	out.Schedule, err = s.scheduleOf(ctx, e)
	if err != nil {
		return nil, err
	}
	out.Freshness, out.Load, err = s.freshness(ctx, who, e)
	out.Load = shownLoad(who, out.Load, e.Connections)
	return out, err
}

// newParentJSON shows what is registered of a parent segment, less its text.
func newParentJSON(p *registry.Parent) *ParentJSON {
	return &ParentJSON{
		Name: p.Name, Form: p.Form, Mode: p.Mode, Connections: p.Connections, Version: p.Version, Checksum: p.Checksum,
		Created: p.Created, Updated: p.Updated,
	}
}

// ParentVersions lists the versions of a parent segment, newest first, each with its
// configuration.
func (s *Service) ParentVersions(ctx context.Context, who Caller, name string, in Listing) (*Page[registry.Parent], error) {
	if err := s.allow(ctx, who, opVersions, parentObject(name)); err != nil {
		return nil, err
	}
	page, err := s.registry.ParentVersions(ctx, name, in.After, in.Limit)
	return &page, err
}

// DeleteParent removes a parent segment that has no segments and no jobs that wait or
// run, and its snapshot with it.
func (s *Service) DeleteParent(ctx context.Context, who Caller, name string) error {
	object := parentObject(name)
	if err := s.allow(ctx, who, opDeleteParent, object); err != nil {
		return err
	}
	parent, err := s.registry.Parent(ctx, name)
	if err != nil {
		return s.record(ctx, who, opDeleteParent, object, 0, err)
	}
	err = s.registry.DeleteParent(ctx, name, who.by())
	s.forget(name)
	if err == nil {
		// Nobody can ask it any more. Who does reads on: what is mapped stays.
		err = errors.Join(os.RemoveAll(s.folder(&parent)), s.removeExports(ctx, name))
	}
	s.scheduler.Wake()
	return s.record(ctx, who, opDeleteParent, object, parent.Version, err)
}
