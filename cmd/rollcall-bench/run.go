package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// bench is a run under way.
type bench struct {
	*app
	*running
	dataset *workload.Dataset
	scratch string
	queries map[string][]suite.Query // by suite
	engines []loaded                 // nil once they are closed
	report  measure.Report
}

// run measures what a command line asks for and prints it.
func (a *app) run(ctx context.Context, r *running) (err error) {
	d, err := workload.Open(r.data)
	if err != nil {
		return err
	}
	out, err := createOutput(r.out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.discard()) }()
	b := &bench{app: a, running: r, dataset: d}
	b.report = measure.Report{
		Machine: measure.ThisMachine(), Commit: measure.Commit(ctx), Command: commandLine(a.args),
		StartedAt: time.Now().UTC().Format(time.RFC3339), Data: *d, Runs: r.runs,
		Engines: []measure.EngineReport{}, Results: []measure.Result{},
	}
	if err := b.measureInScratch(ctx); err != nil {
		if !b.timed() {
			return err
		}
		b.report.Unfinished = err.Error()
		return errors.Join(err, a.print(&b.report, r.format, out))
	}
	return a.print(&b.report, r.format, out)
}

// timed reports whether anything was measured completely, beside the loads.
func (b *bench) timed() bool {
	r := &b.report
	return len(r.Results)+len(r.Export)+len(r.Open)+len(r.Refresh)+len(r.Scale) > 0 || r.Snapshot != nil
}

// measureInScratch fills the report in. The scratch folder is gone afterwards,
// before anything is printed: printing may end the program.
func (b *bench) measureInScratch(ctx context.Context) (err error) {
	b.scratch, err = os.MkdirTemp(b.running.scratch, "rollcall-bench-")
	if err != nil {
		return fmt.Errorf("the scratch folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.scratch)) }()
	return b.measure(ctx)
}

// measure fills the report in. No engine is open afterwards.
func (b *bench) measure(ctx context.Context) (err error) {
	if b.queries, err = loadSuites(ctx, b.suites, b.dataset); err != nil {
		return err
	}
	b.progress("reading the data", 0, -1)
	if err := measure.ReadFiles(ctx, b.dataset.Dir); err != nil { // so that no engine pays for a cold page cache
		return err
	}
	b.engines, err = openEngines(ctx, b.running.engines, b.dataset, b.contenderOptions(b.scratch))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	b.report.Engines = measure.Describe(plain(b.engines))
	if err := b.compare(ctx); err != nil {
		return err
	}
	if err := b.time(ctx); err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		run  func(context.Context) error
	}{{"export", b.export}, {"open", b.open}, {"refresh", b.refresh}, {"snapshot", b.snapshot}, {"scale", b.scale}} {
		if slices.Contains(b.suites, p.name) {
			if err := p.run(ctx); err != nil {
				return fmt.Errorf("suite %s: %w", p.name, err)
			}
		}
	}
	return nil
}

// compare compares the answers to all queries that are going to be timed.
func (b *bench) compare(ctx context.Context) error {
	var differ []error
	for _, name := range b.querySuites() {
		c, err := measure.Compare(ctx, name, b.queries[name], plain(b.engines), b.progress)
		if err != nil {
			return fmt.Errorf("suite %s: %w", name, err)
		}
		if err := c.Err(); err != nil {
			differ = append(differ, fmt.Errorf("suite %s: %w", name, err))
		}
		b.tellCompared(name, c)
	}
	if len(differ) > 0 {
		return fmt.Errorf("nothing was timed: %w", errors.Join(differ...))
	}
	return nil
}

// querySuites returns the suites that are lists of queries, and are asked for or
// taken from by one that is.
func (b *bench) querySuites() []string {
	names := slices.DeleteFunc(slices.Clone(b.suites), func(name string) bool { return slices.Contains(procedures, name) })
	taken := slices.ContainsFunc([]string{"export", "open", "refresh"}, func(name string) bool { return slices.Contains(b.suites, name) })
	if taken && !slices.Contains(names, audience) {
		names = append([]string{audience}, names...)
	}
	return names
}

// shownQueries is how many queries that were not compared are named on stderr.
const shownQueries = 20

// tellCompared says how much of a suite was compared, and keeps what was not.
func (b *bench) tellCompared(name string, c *measure.Comparison) {
	b.report.NotCompared = append(b.report.NotCompared, c.NotCompared...)
	if c.Err() == nil && c.Compared > 0 {
		b.logf("suite %s: %d queries compared, the engines select the same customers\n", name, c.Compared)
	}
	for i, q := range c.NotCompared {
		if i == shownQueries {
			b.logf("suite %s: %d more queries not compared; --format json lists them\n", name, len(c.NotCompared)-i)
			break
		}
		who := "no engine answers it"
		if len(q.Engines) > 0 {
			who = "only " + strings.Join(q.Engines, ", ") + " can answer it"
		}
		b.logf("suite %s: not compared: %s, %s: %s\n", name, q.Query, q.Rule, who)
	}
}

// time times the suites of queries that were asked for.
func (b *bench) time(ctx context.Context) error {
	for _, name := range b.suites {
		if slices.Contains(procedures, name) {
			continue
		}
		o := b.options()
		if name != audience && !b.allClients {
			o.Clients = nil
		}
		results, err := measure.Time(ctx, name, b.queries[name], plain(b.engines), o)
		b.report.Results = append(b.report.Results, results...) // those before an error, too
		if err != nil {
			return fmt.Errorf("suite %s: %w", name, err)
		}
	}
	return nil
}

// close closes the engines that are open.
func (b *bench) close() error {
	engines := plain(b.engines)
	b.engines = nil
	return measure.Close(engines)
}

// awaken is for how long an engine executes a query before it is timed.
const awaken = 20 * time.Millisecond

// options are how engines are timed.
func (b *bench) options() measure.Options {
	return measure.Options{
		Awaken: awaken,
		Runs:   b.runs, Budget: b.budget, Clients: b.clients, ClientTime: b.clientTime, Progress: b.progress,
	}
}

// contenderOptions are how engines are loaded.
func (b *bench) contenderOptions(scratch string) contender.Options {
	return contender.Options{
		Scratch: scratch, Threads: b.threads, Python: b.python,
		Progress: func(stage string) { b.show(stage, 0, -1) },
	}
}

// progress shows what measure does.
func (b *bench) progress(what string, done, total int) { b.show(what, int64(done), int64(total)) }

// day returns the day behind the data, which suites refresh and snapshot append.
// The first of them makes it.
func (b *bench) day(ctx context.Context) (*workload.Dataset, error) {
	dir := filepath.Join(b.scratch, "day")
	if _, err := os.Stat(dir); err == nil {
		return workload.Open(dir)
	}
	return workload.GenerateDay(ctx, dir, b.dataset.Shape, 0)
}
