package engine

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// Pick says which members of an audience to take. They are put in an order: by an
// attribute, customers without a value last, those of equal values by ascending key.
// Then they are taken one after the other, up to Top or Percent of them; whose group
// of Per is full is passed over. Numbers and times compare exactly, -0.0 as 0.0,
// strings byte by byte. There is one of Top, Percent and Per, or Per beside one of them.
type Pick struct {
	// OrderBy is the attribute that orders the members, the greatest value first; "" is
	// the order of ascending keys.
	OrderBy   string
	Ascending bool // the least value first; only with OrderBy
	// Top is the most members to take; 0: no such number.
	Top uint64
	// Percent is the share of the audience to take, one who is a part of it counting; 0:
	// no such share.
	Percent Percent
	// Per is the attribute of whose values each has PerTop members at most. Those who
	// have no value are a group, too. "": no groups.
	Per    string
	PerTop uint64
}

// PickError says what is wrong with a Pick.
type PickError struct{ msg string }

// Error says what was found and what was expected.
func (e *PickError) Error() string { return e.msg }

func pickErrorf(format string, args ...any) error { return &PickError{fmt.Sprintf(format, args...)} }

// String returns what is taken in words: "top 1000 by lifetime_value desc, at most 50
// per country", "first 10% by key".
func (p Pick) String() string {
	first, order := "first", "key"
	switch {
	case p.Ascending:
		order = p.OrderBy + " asc"
	case p.OrderBy != "":
		order = p.OrderBy + " desc"
	}
	if p.OrderBy != "" && !p.Ascending && (p.Top > 0 || p.Percent > 0) {
		first = "top"
	}
	switch {
	case p.Top > 0:
		first = fmt.Sprintf("%s %d", first, p.Top)
	case p.Percent > 0:
		first = fmt.Sprintf("%s %s%%", first, p.Percent)
	}
	text := first + " by " + order
	if p.Per != "" {
		text += fmt.Sprintf(", at most %d per %s", p.PerTop, p.Per)
	}
	return text
}

// check says what is wrong with the pick itself.
func (p *Pick) check() error {
	switch {
	case p.Top > 0 && p.Percent > 0:
		return pickErrorf("a pick takes a number or a share of the members, found both: %d and %s percent", p.Top, p.Percent)
	case p.Percent > Hundred:
		return pickErrorf("a pick takes %s percent of the members, expected at most 100", p.Percent)
	case p.Per != "" && p.PerTop == 0:
		return pickErrorf("a pick takes 0 members per %s, expected 1 or more", p.Per)
	case p.Per == "" && p.PerTop > 0:
		return pickErrorf("a pick takes %d members per value of an attribute, and names none", p.PerTop)
	case p.Top == 0 && p.Percent == 0 && p.Per == "":
		return pickErrorf("a pick says how many members to take: a number, a share, or a number per value of an attribute")
	case p.Ascending && p.OrderBy == "":
		return pickErrorf("a pick is ascending, and names no attribute to order by; by key it is so anyway")
	}
	return nil
}

// Positions returns where in a schema the attributes OrderBy and Per are, -1 for one
// that the pick does not name. The error says what is wrong with the pick, as that of
// Query.Pick does.
func (p *Pick) Positions(s *model.Schema) (by, per int, err error) {
	if err := p.check(); err != nil {
		return -1, -1, err
	}
	if by, err = position(s, p.OrderBy, "an order"); err != nil {
		return -1, -1, err
	}
	if per, err = position(s, p.Per, "a limit per value"); err != nil {
		return -1, -1, err
	}
	return by, per, nil
}

// position finds the attribute that a pick names for a purpose; -1 for "".
func position(s *model.Schema, name, purpose string) (int, error) {
	if name == "" {
		return -1, nil
	}
	positions, err := columns(s, []string{name})
	if err != nil {
		return -1, err
	}
	if s.Attributes[positions[0]].Type.IsArray() {
		return -1, pickErrorf("the attribute %q is a list; %s needs one that has one value for a customer", name, purpose)
	}
	return positions[0], nil
}

// columns finds the attributes that the pick names, nil for those that it does not.
func (p *Pick) columns(v *version) (by, per *column.Column, err error) {
	atBy, atPer, err := p.Positions(v.schema)
	if err != nil {
		return nil, nil, err
	}
	if atBy >= 0 {
		by = v.snapshot.Attribute(atBy)
	}
	if atPer >= 0 {
		per = v.snapshot.Attribute(atPer)
	}
	return by, per, nil
}

// Pick returns some of the members that the rule selects. The error is a *PickError, a
// *ColumnError for a name that is no attribute. Who is picked is found when it is first
// asked for, in memory that grows with the number picked, with Per up to that of all
// groups together, and remembered for as long as the same version is asked at the
// same time.
func (q *Query) Pick(p Pick) (s *Selection, err error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	err = q.ask(func(v *version, _ *binding) error {
		_, _, err := p.columns(v)
		return err
	})
	if err != nil {
		return nil, err
	}
	some := *q
	some.some = &narrowing{pick: &p, last: &lastPick{}}
	return &Selection{&some}, nil
}

// Picked returns what the selection picks of the audience; false where it picks
// nobody in particular.
func (s *Selection) Picked() (Pick, bool) {
	if s.query.some.pick == nil {
		return Pick{}, false
	}
	return *s.query.some.pick, true
}

// First returns the first n of those selected, in the order of the pick, or by
// ascending key where there is none, with the attributes called names, as Rows does.
// All of them are held in memory.
func (s *Selection) First(ctx context.Context, n int, names ...string) ([]Row, error) {
	q := s.query
	if n < 1 {
		return nil, nil
	}
	var rows []Row
	err := q.ask(func(v *version, b *binding) error {
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		members, err := q.audience(ctx, v, b, p)
		if err != nil {
			return err
		}
		order := &order{version: v}
		if pick := q.some.pick; pick != nil {
			order.descending = !pick.Ascending
			if order.by, _, err = pick.columns(v); err != nil {
				return err
			}
		}
		first := &best{order: order, most: uint64(n)}
		if err := first.of(ctx, members); err != nil {
			return err
		}
		rows, err = q.At(p.AsOf).rowsOf(ctx, v, first.ranking(), names)
		return err
	})
	return rows, err
}

// lastPick remembers who was picked last. It is safe for concurrent use.
type lastPick struct{ atomic.Pointer[rememberedPick] }

type rememberedPick struct {
	version *version
	binding *binding
	asOf    time.Time
	picked  *picked
}

// picked returns who is picked in a version, which the caller holds.
func (q *Query) picked(ctx context.Context, v *version, b *binding, p *plan.Program) (*picked, error) {
	last := q.some.last.Load()
	if last != nil && last.version == v && last.binding == b && (b.timeless || last.asOf.Equal(p.AsOf)) {
		return last.picked, nil
	}
	found, err := q.pick(ctx, v, b, p)
	if err != nil {
		return nil, err
	}
	q.some.last.Store(&rememberedPick{version: v, binding: b, asOf: p.AsOf, picked: found})
	return found, nil
}

// pick finds who is picked.
func (q *Query) pick(ctx context.Context, v *version, b *binding, p *plan.Program) (*picked, error) {
	pick := q.some.pick
	by, per, err := pick.columns(v)
	if err != nil {
		return nil, err
	}
	order := &order{version: v, by: by, descending: !pick.Ascending}
	most := pick.Top
	if pick.Percent > 0 {
		all, err := v.count(ctx, v.question(b, p.AsOf), p)
		if err != nil {
			return nil, err
		}
		most = pick.Percent.ceilOf(all)
	}
	members := &audience{version: v, root: p.Root}
	taken := &best{order: order, most: most}
	switch {
	case per == nil:
		err = taken.of(ctx, members)
	case pick.Top == 0 && pick.Percent == 0:
		taken.most = uint64(v.snapshot.Rows())
		err = taken.ofGroups(ctx, members, per, pick.PerTop)
	default:
		err = taken.ofGroups(ctx, members, per, min(pick.PerTop, most))
	}
	if err != nil {
		return nil, err
	}
	out := &picked{blocks: make([]*bitmap.Words, v.snapshot.Blocks())}
	for _, place := range taken.places {
		out.add(place.row)
	}
	return out, nil
}

// picked is some customers of a version: a bit for each in the blocks that have any.
type picked struct{ blocks []*bitmap.Words }

func (p *picked) add(row uint32) {
	block := row / bitmap.BlockRows
	if p.blocks[block] == nil {
		p.blocks[block] = new(bitmap.Words)
	}
	p.blocks[block].Add(uint16(row))
}

// block sets out to those of one block.
func (p *picked) block(block int, out *bitmap.Words) {
	if p.blocks[block] == nil {
		out.Clear()
		return
	}
	*out = *p.blocks[block]
}

// rowsOf returns the customers at some rows of a version, in that order.
func (q *Query) rowsOf(ctx context.Context, v *version, ranking []uint32, names []string) ([]Row, error) {
	some := &picked{blocks: make([]*bitmap.Words, v.snapshot.Blocks())}
	for _, row := range ranking {
		some.add(row)
	}
	t, err := q.taker(ctx, v, names)
	if err != nil {
		return nil, err
	}
	t.members = &audience{version: v, picked: some}
	found := make(map[uint32]Row, len(ranking))
	for block := range some.blocks {
		if some.blocks[block] == nil {
			continue
		}
		m := &members{schema: t.schema}
		if err := t.take(ctx, block, m); err != nil {
			return nil, err
		}
		for i, row := range m.rows {
			found[uint32(block)*bitmap.BlockRows+row] = m.row(i)
		}
	}
	rows := make([]Row, len(ranking))
	for i, row := range ranking {
		rows[i] = found[row]
	}
	return rows, nil
}

// ranking returns the rows taken, the first one first.
func (b *best) ranking() []uint32 {
	slices.SortFunc(b.places, b.order.compare)
	rows := make([]uint32, len(b.places))
	for i := range b.places {
		rows[i] = b.places[i].row
	}
	return rows
}
