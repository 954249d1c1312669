package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// comparer answers questions about several rules at one as_of: from a version of a
// snapshot, or in the source where the data lies.
type comparer interface {
	io.Closer
	overlap(ctx context.Context) (*compared, *engine.Overlap, error)
	waterfall(ctx context.Context) (*compared, *engine.Waterfall, error)
}

// compared is what the answer about several rules is about: its count is of those in
// any of the audiences.
type compared struct {
	*answered
	rules []string // canonical texts
}

// ruleJSON is one of several rules.
type ruleJSON struct {
	Rule  string  `json:"rule"`
	Count uint64  `json:"count"`
	Share float64 `json:"share"` // of all customers
}

// newCompared joins the answers of rules into one of those in any of them.
func newCompared(from *answered, rules []string, answers []engine.Answer, count uint64) *compared {
	out := &compared{answered: from, rules: rules}
	out.Count, out.Windows, out.Warnings = count, []engine.Window{}, []string{}
	for i := range answers {
		for _, w := range answers[i].Windows {
			if !slices.ContainsFunc(out.Windows, func(have engine.Window) bool { return have.Condition == w.Condition }) {
				out.Windows = append(out.Windows, w)
			}
		}
		for _, w := range answers[i].Warnings {
			if !slices.Contains(out.Warnings, w) {
				out.Warnings = append(out.Warnings, w)
			}
		}
	}
	out.rule = rules[0]
	if len(rules) > 1 {
		out.rule = "(" + strings.Join(rules, ") or (") + ")"
	}
	return out
}

// addSeveral adds the flags of a place, and has the command expect that many rules,
// after SNAP where that is given.
func (f *placeFlags) addSeveral(cmd *cobra.Command, least, most int) {
	f.add(cmd)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		found, before := len(args), ""
		switch {
		case (f.config == "") != (len(f.sources) == 0):
			return usagef("-c parent.yml and -s SOURCE go together, in place of SNAP")
		case !f.inPlace():
			found--
			before = "SNAP and "
		}
		if found < least || found > most {
			return usagef("%s takes %s%d to %d rules, found %s; see %q", cmd.CommandPath(), before, least, most, plural(max(found, 0), "rule", "rules"), cmd.CommandPath()+" --help")
		}
		return nil
	}
}

// compare opens what the flags or the first argument name, and checks the rules, which
// are the others.
func (a *app) compare(ctx context.Context, f *placeFlags, args []string) (comparer, error) {
	rules := args
	if !f.inPlace() {
		rules = args[1:]
	}
	given := make([]*givenRule, len(rules))
	for i, text := range rules {
		var err error
		if given[i], err = readRule(text); err != nil {
			return nil, ofRule(i, err)
		}
	}
	if f.inPlace() {
		p, err := a.openPlace(ctx, f)
		if err != nil {
			return nil, err
		}
		return a.compareIn(p, given)
	}
	snap, err := a.open(args[0])
	if err != nil {
		return nil, err
	}
	out := &questions{snap: snap}
	asOf, err := a.asOfIn(snap.Location())
	if err != nil {
		return nil, joinClose(err, snap)
	}
	for i, g := range given {
		q, err := snap.QueryRule(g.rule)
		if err = g.locate(err, a.segments); err != nil {
			return nil, joinClose(ofRule(i, err), snap)
		}
		out.queries = append(out.queries, q.At(asOf))
	}
	return out, nil
}

// ofRule returns the error of one of several rules, which it names.
func ofRule(i int, err error) error { return naming(fmt.Sprintf("rule %d", i+1), err) }

// naming returns an error with the name of what it is of, in each problem of a rule.
func naming(what string, err error) error {
	if ruleProblems(err) == nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return mapProblems(err, func(e *rule.Error) { e.Msg = what + ": " + e.Msg })
}

// questions are rules that a command asks of one version of a snapshot. They are a
// [comparer].
type questions struct {
	snap    *snapshot
	queries []*engine.Query
}

// Close releases the version.
func (q *questions) Close() error { return q.snap.Close() }

// compared returns what an answer is about.
func (q *questions) compared(answers []engine.Answer, count uint64) *compared {
	first := &question{Query: q.queries[0], snap: q.snap}
	texts := make([]string, len(q.queries))
	for i, query := range q.queries {
		texts[i] = query.String()
	}
	return newCompared(first.answered(&answers[0]), texts, answers, count)
}

func (q *questions) overlap(ctx context.Context) (*compared, *engine.Overlap, error) {
	o, err := q.snap.Overlap(ctx, q.queries...)
	if err != nil {
		return nil, nil, err
	}
	out := q.compared(o.Sets, o.Union)
	out.Elapsed = o.Elapsed
	return out, o, nil
}

func (q *questions) waterfall(ctx context.Context) (*compared, *engine.Waterfall, error) {
	w, err := q.snap.Waterfall(ctx, q.queries...)
	if err != nil {
		return nil, nil, err
	}
	answers := make([]engine.Answer, len(w.Steps))
	for i := range w.Steps {
		answers[i] = w.Steps[i].Answer
	}
	out := q.compared(answers, w.Customers-w.Rest)
	out.Elapsed = w.Elapsed
	return out, w, nil
}

// What a source is asked at most at a time: every region of an overlap and every step
// of a waterfall is a statement.
const (
	maxOverlapInPlace   = 5
	maxWaterfallInPlace = 16
)

// inPlaces are rules that a source is asked. They are a [comparer].
type inPlaces struct {
	*place
	rules []*inPlace
}

// compareIn checks rules against a place, which it closes where that fails.
func (a *app) compareIn(p *place, given []*givenRule) (*inPlaces, error) {
	out := &inPlaces{place: p}
	library, err := loadSegments(a.segments) // one: a segment that rules share is then looked into once
	if err != nil {
		return nil, joinClose(err, p)
	}
	for i, g := range given {
		q, err := a.askWith(p, g, library)
		if err != nil {
			return nil, ofRule(i, err)
		}
		out.rules = append(out.rules, q)
	}
	return out, nil
}

// checked returns the rules.
func (q *inPlaces) checked() []*rule.Checked {
	out := make([]*rule.Checked, len(q.rules))
	for i, r := range q.rules {
		out[i] = r.checked
	}
	return out
}

// compared returns what an answer is about, and the answer of every rule, of which
// counts are those of each by itself.
func (q *inPlaces) compared(ctx context.Context, counts []uint64, union uint64) (*compared, []engine.Answer, error) {
	first, err := q.rules[0].answered(ctx, union)
	if err != nil {
		return nil, nil, err
	}
	answers, texts := make([]engine.Answer, len(q.rules)), make([]string, len(q.rules))
	for i, r := range q.rules {
		answers[i] = r.facts(counts[i], first.Customers)
		texts[i] = r.checked.String()
	}
	return newCompared(first, texts, answers, union), answers, nil
}

func (q *inPlaces) overlap(ctx context.Context) (*compared, *engine.Overlap, error) {
	if len(q.rules) > maxOverlapInPlace {
		return nil, nil, unsupportedInPlace(fmt.Sprintf("an overlap of %d rules is %d statements; in place it takes at most %d rules",
			len(q.rules), 1<<len(q.rules)-1, maxOverlapInPlace))
	}
	common, err := federate.Overlaps(ctx, q.Place, q.checked(), q.asOf)
	if err != nil {
		return nil, nil, err
	}
	counts := make([]uint64, len(q.rules))
	for i := range counts {
		counts[i] = common[1<<i]
	}
	o := engine.NewOverlap(nil, common)
	out, answers, err := q.compared(ctx, counts, o.Union)
	o.Sets = answers
	return out, o, err
}

func (q *inPlaces) waterfall(ctx context.Context) (*compared, *engine.Waterfall, error) {
	if len(q.rules) > maxWaterfallInPlace {
		return nil, nil, unsupportedInPlace(fmt.Sprintf("a waterfall of %d rules is %d statements; in place it takes at most %d rules",
			len(q.rules), 2*len(q.rules)-1, maxWaterfallInPlace))
	}
	alone, taken, err := federate.Firsts(ctx, q.Place, q.checked(), q.asOf)
	if err != nil {
		return nil, nil, err
	}
	union := uint64(0)
	for _, n := range taken {
		union += n
	}
	out, answers, err := q.compared(ctx, alone, union)
	if err != nil {
		return nil, nil, err
	}
	w := &engine.Waterfall{Customers: out.Customers, Rest: out.Customers - min(union, out.Customers)}
	for i := range answers {
		w.Steps = append(w.Steps, engine.WaterfallStep{Answer: answers[i], Taken: taken[i]})
	}
	return out, w, nil
}

// drawing is whether and where a command draws its answer.
type drawing struct {
	file  string // empty: none
	bars  bool
	draws bool // in text, below the table
}

func (d *drawing) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&d.file, "output", "o", "", "picture to write, too: FILE.svg or FILE.png")
	cmd.Flags().BoolVar(&d.bars, "bars", false, "draw bars below the table (default on a terminal)")
}

// check refuses a file that cannot hold a picture, and settles whether bars are drawn.
func (d *drawing) check(cmd *cobra.Command, a *app) error {
	d.draws = d.bars || !cmd.Flags().Changed("bars") && a.isTerminal()
	if d.file == "" {
		return nil
	}
	if err := picture.Check(d.file); err != nil {
		return usagef("-o: %w", err)
	}
	return nil
}

// write writes the picture to its file, if there is one.
func (d *drawing) write(a *app, chart picture.Chart) error {
	if d.file == "" {
		return nil
	}
	if err := picture.WriteFile(d.file, chart); err != nil {
		return err
	}
	a.logf("wrote %s\n", d.file)
	return nil
}

// print draws in text, where that is wanted.
func (d *drawing) print(a *app, chart picture.Chart) error {
	if !d.draws {
		return nil
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return picture.WriteText(a.stdout, chart, a.columns())
}
