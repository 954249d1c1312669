package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// audience is the suite that the procedures take their queries from.
const audience = "audience"

// procedures are the suites that are no list of queries, in the order in which
// they run: refresh changes the data of the engines, and snapshot and scale need
// their memory.
var procedures = []string{"export", "open", "refresh", "snapshot", "scale"}

// parseSuites returns the suites that a list names, "all" for every one, in the
// order in which they run.
func parseSuites(list string) ([]string, error) {
	known := append(suite.Names(), procedures...)
	if list == "all" {
		return known, nil
	}
	asked := map[string]bool{}
	for _, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(known, name) {
			return nil, usagef("--suite names %q, expected all or some of %s", name, strings.Join(known, ", "))
		}
		asked[name] = true
	}
	return slices.DeleteFunc(known, func(name string) bool { return !asked[name] }), nil
}

// loadSuites returns the queries of the suites named that are lists of queries,
// and of audience, by name.
func loadSuites(ctx context.Context, names []string, d *workload.Dataset) (map[string][]suite.Query, error) {
	queries := map[string][]suite.Query{}
	for _, name := range append([]string{audience}, names...) {
		if slices.Contains(procedures, name) {
			continue
		}
		var err error
		if queries[name], err = suite.Load(ctx, name, d, workload.End); err != nil {
			return nil, err
		}
	}
	return queries, nil
}

// queryOf returns the query of an id.
func queryOf(queries []suite.Query, id string) (*suite.Query, error) {
	i := slices.IndexFunc(queries, func(q suite.Query) bool { return q.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("suite %s has no query %s", audience, id)
	}
	return &queries[i], nil
}
