package executions

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// The data of a world has a past of some stages, in the last of which it is what
// it is. From settledStage on the customers of most worlds are the same, so that
// what is read of a behavior then becomes a part of the snapshot of its own.
const (
	settledStage = 3
	lastStage    = 5
)

// stages is a set of stages, a bit each.
type stages uint8

// span is the stages first to last.
func span(first, last int) stages { return 1<<(last+1) - 1<<first }

func (s stages) has(stage int) bool { return s&(1<<stage) != 0 }

const ever = stages(1<<(lastStage+1) - 2)

// dice are random choices. Each hangs on the seed and on what it is about, not on
// other choices: data can lose rows, and those left have the past that they had.
type dice uint64

// roll is a random number from 0 to n-1.
func (d dice) roll(n int, about ...any) int {
	return rand.New(rand.NewPCG(uint64(d), xxhash.Sum64String(fmt.Sprint(about...)))).IntN(n)
}

// crowdRows is more than a block of customers.
const crowdRows = 1<<16 + 100

// past is what the tables of a world held in each stage: the world's rows and,
// until the last stage, customers beside those of the world. Those, the ghosts,
// have events as if they were there for good: nobody may see them.
type past struct {
	dice
	world   *world
	tables  []*pastTable // those of the world
	ghosts  []string     // their keys
	known   int          // of ghosts, how many the tables hold rows of
	settled int          // the stage from which on nobody comes or leaves, save ghosts

	isCustomer map[string]bool
}

// pastTable is a table in all stages.
type pastTable struct {
	ref    model.TableRef
	schema *arrow.Schema
	key    int // its column
	rows   arrow.RecordBatch
	keys   []string // by row
	null   []bool   // the row has no key
	pieces []piece
	parted bool
}

// piece is rows that come and go together: a part of the table.
type piece struct {
	memoryPart
	at stages
}

// newPast makes a past up for a world.
func newPast(ctx context.Context, w *world, seed uint64) (_ *past, err error) {
	p := &past{dice: dice(seed), world: w, settled: settledStage}
	if p.roll(4, "settled") == 0 {
		p.settled = lastStage
	}
	src, err := files.Open(w.files)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	for _, t := range w.Tables {
		read, err := src.Table(ctx, t.Ref)
		if err != nil {
			return nil, err
		}
		table, err := readWhole(ctx, read, t.Columns[0].Name)
		if err != nil {
			return nil, err
		}
		table.parted = p.roll(10, "parted", t.Ref) > 0
		p.tables = append(p.tables, table)
	}
	p.isCustomer = map[string]bool{}
	for _, key := range w.Data.Keys {
		p.isCustomer[fmt.Sprint(key)] = true
	}
	p.inventGhosts()
	for i, t := range p.tables {
		if err := p.table(t, i == 0); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.ref, err)
		}
	}
	return p, nil
}

// inventGhosts chooses the keys of ghosts: those in other tables that the master
// table has not, new ones, and in some worlds a crowd, so that the world's
// customers are in two blocks.
func (p *past) inventGhosts() {
	taken, wanted := map[string]bool{}, slices.Clone(p.tables[0].keys)
	for _, key := range p.tables[0].keys {
		taken[key] = true
	}
	add := func(key string) {
		if !taken[key] {
			taken[key] = true
			p.ghosts = append(p.ghosts, key)
		}
	}
	for _, t := range p.tables[1:] {
		for row, key := range t.keys {
			if !t.null[row] {
				add(key)
			}
		}
	}
	p.known = len(p.ghosts)
	slices.Sort(wanted)
	pivot := ""
	if len(wanted) > 0 {
		pivot = wanted[len(wanted)/2]
	}
	many := 2 + p.roll(8, "ghosts")
	if p.roll(8, "crowd") == 0 {
		many = crowdRows
	}
	for i := range many {
		switch isText := p.world.Data.Schema.KeyType.Kind == model.String; {
		case isText:
			add(fmt.Sprintf("%s~%05d", pivot, i))
		case i%2 == 0 || many == crowdRows && i < crowdRows-300:
			add(fmt.Sprint(-2000 - i))
		default:
			add(fmt.Sprint(2000 + i))
		}
	}
}

// table divides a table into pieces.
func (p *past) table(t *pastTable, master bool) error {
	wrong := stages(0) // when customers had the values of others
	at := p.arrival
	switch {
	case master:
		at = func(_ *pastTable, key string, _ int) stages { return p.membership(key) }
	case t.isBehavior():
		at = p.eventTime
	}
	early := t.rows
	if !t.isBehavior() && p.roll(2, "wrong", t.ref) == 0 {
		var err error
		if early, err = rotated(t.rows, t.key); err != nil {
			return err
		}
		wrong = span(1, 1+p.roll(settledStage-1, "wrong until", t.ref))
	}
	if err := p.split(t, early, wrong, at); err != nil {
		return err
	}
	switch {
	case master:
		return p.masterGhosts(t)
	case t.isBehavior():
		return p.eventGhosts(t)
	}
	return p.attributeGhosts(t)
}

// split divides the world's rows of a table: those of the same stages are at random
// in one of a few pieces, which in wrong stages have the rows of early.
func (p *past) split(t *pastTable, early arrow.RecordBatch, wrong stages, at func(t *pastTable, key string, nth int) stages) error {
	type group struct {
		at stages
		n  int
	}
	var order []group
	rows, seen := map[group][]int{}, map[string]int{}
	for row, key := range t.keys {
		g := group{at(t, key, seen[key]), p.roll(2, "piece", t.ref, key, " ", seen[key])}
		seen[key]++
		if rows[g] == nil {
			order = append(order, g)
		}
		rows[g] = append(rows[g], row)
	}
	slices.SortFunc(order, func(x, y group) int { return int(x.at)*2 + x.n - int(y.at)*2 - y.n })
	for _, g := range order {
		name := fmt.Sprintf("%b/%d", g.at, g.n)
		if err := t.add(name, g.at&^wrong, t.rows, rows[g]); err != nil {
			return err
		}
		if err := t.add(name, g.at&wrong, early, rows[g]); err != nil {
			return err
		}
	}
	return nil
}

// membership is when somebody is in the master table.
func (p *past) membership(key string) stages {
	switch p.roll(7, "member", key) {
	case 0:
		return span(2+p.roll(p.settled-1, "joins", key), lastStage)
	case 1:
		return ever &^ span(2, 2+p.roll(p.settled-2, "gone", key))
	}
	return ever
}

// cameBack reports whether a customer was gone for a while.
func (p *past) cameBack() bool {
	for key := range p.isCustomer {
		if at := p.membership(key); at.has(1) && at != ever {
			return true
		}
	}
	return false
}

// arrival is when a row of attributes is there.
func (p *past) arrival(t *pastTable, key string, _ int) stages {
	latest := settledStage
	if p.roll(4, "latest", t.ref) == 0 {
		latest = lastStage
	}
	return span(1+p.roll(latest, "arrives", t.ref, key), lastStage)
}

// eventTime is when an event is there: ever fewer arrive, so that the parts of a
// snapshot are not merged. In some behaviors nothing arrives of somebody who is no
// customer then.
func (p *past) eventTime(t *pastTable, key string, nth int) stages {
	first := lastStage
	for stage, share := range []int{1: 30, 2: 60, 3: 90, 4: 98} {
		if p.roll(100, "event", t.ref, key, " ", nth) < share {
			first = stage
			break
		}
	}
	if p.roll(2, "orphans", t.ref) == 0 {
		if !p.isCustomer[key] {
			first = 1 // as a ghost
		} else {
			for !p.membership(key).has(first) {
				first++
			}
		}
	}
	return span(first, lastStage)
}

// masterGhosts makes the ghosts customers, each until one of a few stages.
func (p *past) masterGhosts(t *pastTable) error {
	var until [lastStage][]string
	for _, key := range p.ghosts {
		stage := 1
		if len(p.ghosts) < crowdRows {
			stage += p.roll(lastStage-1, "ghost", key)
		}
		until[stage] = append(until[stage], key)
	}
	for stage, keys := range until {
		if err := t.addGhosts(fmt.Sprintf("ghosts %d", stage), span(1, stage), keys); err != nil {
			return err
		}
	}
	return nil
}

// attributeGhosts gives the invented ghosts attributes.
func (p *past) attributeGhosts(t *pastTable) error {
	return t.addGhosts("ghosts", p.ghostStages(t), p.ghosts[p.known:])
}

// eventGhosts gives some ghosts events.
func (p *past) eventGhosts(t *pastTable) error {
	var keys []string
	if len(p.ghosts) > 0 {
		for i := range 1 + len(t.keys)/4 {
			keys = append(keys, p.ghosts[p.roll(len(p.ghosts), "haunts", t.ref, i)])
		}
	}
	return t.addGhosts("ghosts", p.ghostStages(t), keys)
}

// ghostStages is when the rows of ghosts are in a table: ever, mostly. Those who
// are no customers any more may have them.
func (p *past) ghostStages(t *pastTable) stages {
	if p.roll(5, "ghost rows", t.ref) == 0 {
		return span(1, settledStage)
	}
	return ever
}

// isBehavior reports whether the table holds events.
func (t *pastTable) isBehavior() bool { return t.ref.Schema == "events" }

// source returns the tables in a stage. With rewritten, the parts have other IDs.
func (p *past) source(stage int, rewritten bool) source.Source {
	src := memorySource{}
	for _, t := range p.tables {
		table := &memoryTable{ref: t.ref, schema: t.schema}
		for _, piece := range t.pieces {
			if piece.at.has(stage) {
				if rewritten {
					piece.ID += " again"
				}
				table.parts = append(table.parts, piece.memoryPart)
			}
		}
		src[t.ref] = table
		if !t.parted {
			src[t.ref] = unparted{table}
		}
	}
	return src
}

// String says what the stages have in common.
func (p *past) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d ghosts, settled at stage %d", len(p.ghosts), p.settled)
	for _, t := range p.tables {
		fmt.Fprintf(&b, "\n%s", t.ref)
		if !t.parted {
			b.WriteString(", its parts unknown")
		}
		for _, piece := range t.pieces {
			fmt.Fprintf(&b, ", %q %d rows in", piece.Name, piece.Rows)
			for stage := range lastStage + 1 {
				if stage > 0 && piece.at.has(stage) {
					fmt.Fprintf(&b, " %d", stage)
				}
			}
		}
	}
	return b.String()
}
