package executions

import (
	"context"
	"errors"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/ingest"
)

// chosen is the index with part of the choice of structures taken from the planner,
// another part in every turn: a choice for a rule over the one snapshot of a world,
// then for the next rule over the other.
type chosen struct {
	label   string // what is done to the structures
	choices []plan.Choice
	turn    int
	world   *world
}

// choices are the index without any structure, and without one of them or with one
// read wherever it can answer.
func choices() []*chosen {
	never := &chosen{label: "never"}
	always := &chosen{label: "always", choices: []plan.Choice{{Always: plan.AllStructures}}}
	for s := plan.Structures(1); s <= plan.AllStructures; s <<= 1 {
		never.choices = append(never.choices, plan.Choice{Never: s})
		always.choices = append(always.choices, plan.Choice{Always: s})
	}
	bare := &chosen{label: "never", choices: []plan.Choice{{Never: plan.AllStructures}}}
	return []*chosen{bare, never, always}
}

func (x *chosen) choice() plan.Choice { return x.choices[x.turn/2%len(x.choices)] }

func (x *chosen) ofRefreshed() bool { return x.turn%2 == 1 }

func (x *chosen) name() string {
	name := "index"
	if x.ofRefreshed() {
		name = (*refreshedIndex).name(nil)
	}
	return name + " " + x.label + " " + (x.choice().Never | x.choice().Always).String()
}

func (x *chosen) load(_ context.Context, w *world) error {
	x.world = w
	return nil
}

func (x *chosen) selects(ctx context.Context, q *question) (keys []string, err error) {
	dir := x.world.snapshot
	if x.ofRefreshed() {
		dir = x.world.refreshed.dir
	}
	db, err := engine.Open(dir, &engine.Options{Segments: q.segments, Structures: x.choice()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return selected(ctx, db, q.rule, q.AsOf)
}

func (*chosen) close() error { return nil }

// turn goes on to the choices of turn n. A rule that is asked again, to make it
// smaller, is asked with the same ones.
func (w *worker) turn(n int) {
	for _, x := range w.executions {
		if c, ok := x.(*chosen); ok {
			c.turn = n
		}
	}
}

// tinyIndexes makes every structure for data of any size.
var tinyIndexes = ingest.Indexes{
	Ranks: 3, DistinctRanks: 2, LevelRows: 1, OrderedValues: 1, GramValues: 1, PostingEvents: -1, PostingBytes: 64,
}
