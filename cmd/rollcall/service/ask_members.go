package service

import (
	"context"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
)

// Limits of what is shown of customers.
const (
	defaultRows   = 20
	MaxRows       = 10_000 // members of a list
	defaultEvents = 5
	MaxEvents     = 1000 // of each behavior of a profile

	// MaxEventColumns is how many columns of events a question may have. Each takes
	// memory for a whole block of customers while it is worked out.
	MaxEventColumns = 64
	// MaxCells is how many values a list may have, which is in memory as a whole: members
	// times columns.
	MaxCells = 1_000_000
)

// checkColumns refuses columns that would take more memory than a question may: more than
// there are attributes and columns of events together, or a list of too many values.
func checkColumns(schema *model.Schema, columns []string, rows int) error {
	events := 0
	for _, name := range columns {
		if schema.Attribute(name) < 0 {
			events++
		}
	}
	switch most := len(schema.Attributes); {
	case events > MaxEventColumns:
		return inputf("columns", "there are %d columns of events, expected at most %d", events, MaxEventColumns)
	case len(columns)-events > most:
		return inputf("columns", "there are %d attributes, but only %d different ones", len(columns)-events, most)
	case rows*len(columns) > MaxCells:
		return inputf("limit", "%d members of %d columns are more than the %d values of a list: ask for fewer, or for an export", rows, len(columns), MaxCells)
	}
	return nil
}

// rowLimit returns how many customers are shown.
func rowLimit(limit int) (int, error) {
	switch {
	case limit < 0 || limit > MaxRows:
		return 0, inputf("limit", "%d, expected 1 to %d; an export writes whole audiences", limit, MaxRows)
	case limit == 0:
		return defaultRows, nil
	}
	return limit, nil
}

// reveals logs that customers are about to be shown, of a version of a snapshot; nil: of a
// source. Where it cannot, nobody is.
func (s *Service) reveals(
	ctx context.Context, who Caller, op Operation, parent string, of *ask.SnapshotJSON, revealed int, customer string,
) error {
	event := audit.Event{Action: op.Name, Object: parentObject(parent), Revealed: uint64(revealed), Outcome: audit.Done}
	if of != nil {
		event.Version = of.Version
	}
	if customer != "" {
		event.Customer = s.audit.CustomerHash(parent, customer)
	}
	return s.log(ctx, who, event)
}

// shownAfter returns what was logged, nothing where it could not be.
func shownAfter[T any](out *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return out, nil
}

// fails logs that customers were asked for and are not shown.
func (s *Service) fails(ctx context.Context, who Caller, op Operation, parent, customer string, err error) error {
	event := audit.Event{Action: op.Name, Object: parentObject(parent), Outcome: audit.Failed}
	if customer != "" {
		event.Customer = s.audit.CustomerHash(parent, customer)
	}
	if lerr := s.log(context.WithoutCancel(ctx), who, event); lerr != nil {
		return lerr
	}
	return err
}

// List shows members of an audience.
func (s *Service) List(ctx context.Context, who Caller, parent string, in ListRequest) (*ask.ListJSON, error) {
	if err := s.allow(ctx, who, opList, parentObject(parent)); err != nil {
		return nil, err
	}
	out, err := s.listed(ctx, who, parent, &in)
	if err != nil {
		return nil, s.fails(ctx, who, opList, parent, "", err)
	}
	return shownAfter(out, s.reveals(ctx, who, opList, parent, out.Snapshot, len(out.Rows), ""))
}

func (s *Service) listed(ctx context.Context, who Caller, parent string, in *ListRequest) (*ask.ListJSON, error) {
	limit, err := rowLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	some, err := q.choose(&in.Pick)
	if err != nil {
		return nil, err
	}
	columns := columnsOf(q.schema(), in.Columns)
	if err := checkColumns(q.schema(), columns, limit); err != nil {
		return nil, err
	}
	answer, page, err := some.List(ctx, limit, columns)
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	if err := s.maskList(who, q, columns, page); err != nil {
		return nil, err
	}
	return ask.NewListJSON(answer, page), nil
}

// maskPage masks members as a caller sees them.
func (s *Service) maskPage(who Caller, o *opened, page *ask.Page, made reads) error {
	schema := o.schema()
	m, err := s.masker(who, o.entry.Name, append([]string{schema.KeyColumn}, page.Columns...), made)
	if err != nil {
		return err
	}
	m.page(schema, page)
	return nil
}

// Profile shows a customer's card.
func (s *Service) Profile(ctx context.Context, who Caller, parent string, in ProfileRequest) (*ask.ProfileJSON, error) {
	if err := s.allow(ctx, who, opProfile, parentObject(parent)); err != nil {
		return nil, err
	}
	out, key, err := s.profile(ctx, who, parent, &in)
	if err != nil {
		return nil, s.fails(ctx, who, opProfile, parent, in.Key, err)
	}
	return shownAfter(out, s.reveals(ctx, who, opProfile, parent, out.Snapshot, 1, key))
}

// profile returns the card, and the key as it is stored.
func (s *Service) profile(ctx context.Context, who Caller, parent string, in *ProfileRequest) (*ask.ProfileJSON, string, error) {
	options := engine.ProfileOptions{Events: defaultEvents, Segments: in.Segments, Columns: in.Columns}
	if in.Key == "" {
		return nil, "", inputf("key", "it is empty, expected the key of a customer")
	}
	if in.Events != nil {
		options.Events = *in.Events
	}
	if options.Events < 0 || options.Events > MaxEvents {
		return nil, "", inputf("events", "%d, expected 0 to %d", options.Events, MaxEvents)
	}
	o, err := s.open(ctx, parent, in.Version)
	if err != nil {
		return nil, "", err
	}
	defer o.release()
	if o.snapshot == nil {
		return nil, "", ask.UnsupportedInPlace("profile looks up one customer's events, which a snapshot has at hand")
	}
	asOf, err := s.asOf(in.AsOf, o.entry.location)
	if err != nil {
		return nil, "", err
	}
	options.AsOf = &asOf
	start := time.Now()
	found, err := o.snapshot.Profile(ctx, in.Key, options)
	if err != nil {
		return nil, "", err
	}
	key, elapsed := found.Key, time.Since(start)
	if err := s.maskProfile(who, o, found); err != nil {
		return nil, "", err
	}
	return ask.NewProfileJSON(found, o.snapshot, elapsed), key, nil
}

// maskProfile masks a card: attributes by their names, fields of events as behavior.field.
func (s *Service) maskProfile(who Caller, o *opened, p *engine.Profile) error {
	names := []string{o.schema().KeyColumn}
	for _, a := range p.Attributes {
		names = append(names, a.Name)
	}
	m, err := s.masker(who, o.entry.Name, append(names, fieldNames(o.schema())...), nil)
	if err != nil {
		return err
	}
	p.Key = m.text(o.schema().KeyColumn, p.Key)
	for i := range p.Attributes {
		p.Attributes[i].Value = m.value(p.Attributes[i].Name, p.Attributes[i].Value)
	}
	for _, h := range p.Behaviors {
		for _, e := range h.Recent {
			for i := range e.Fields {
				e.Fields[i].Value = m.value(h.Behavior+"."+e.Fields[i].Name, e.Fields[i].Value)
			}
		}
	}
	return nil
}

// Why says why a customer is selected by a rule, or is not.
func (s *Service) Why(ctx context.Context, who Caller, parent string, in WhyRequest) (*ask.WhyJSON, error) {
	if err := s.allow(ctx, who, opWhy, parentObject(parent)); err != nil {
		return nil, err
	}
	out, err := s.why(ctx, who, parent, &in)
	if err != nil {
		return nil, s.fails(ctx, who, opWhy, parent, in.Key, err)
	}
	return shownAfter(out.WhyJSON, s.reveals(ctx, who, opWhy, parent, out.Snapshot, 1, out.stored))
}

// whyOf is why a customer is selected, with the key as it is stored.
type whyOf struct {
	*ask.WhyJSON
	stored string
}

// storedKey returns a key as it is stored: whole numbers without zeros in front.
func storedKey(schema *model.Schema, key string) string {
	if n, err := strconv.ParseInt(key, 10, 64); err == nil && schema.KeyType.Kind == model.Number {
		return strconv.FormatInt(n, 10)
	}
	return key
}

func (s *Service) why(ctx context.Context, who Caller, parent string, in *WhyRequest) (*whyOf, error) {
	if in.Key == "" {
		return nil, inputf("key", "it is empty, expected the key of a customer")
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	answer, reason, err := q.Why(ctx, in.Key)
	if isA[*federate.NoCustomerError](err) {
		err = &engine.KeyError{Key: in.Key, KeyColumn: q.schema().KeyColumn}
	}
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	names := []string{}
	for _, a := range q.schema().Attributes {
		names = append(names, a.Name)
	}
	m, err := s.masker(who, parent, append(names, fieldNames(q.schema())...), nil)
	if err != nil {
		return nil, err
	}
	if err := m.why(reason, q); err != nil {
		return nil, err
	}
	return &whyOf{ask.NewWhyJSON(in.Key, answer, reason), storedKey(q.schema(), in.Key)}, nil
}
