package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// firstCount is what first-count prints.
type firstCount struct {
	Count int64         `json:"count"`
	Took  time.Duration `json:"took_ns"` // from opening the files to the count
}

// firstCountCommand is what suite open starts again and again. It is no use to
// people, and hidden.
func (a *app) firstCountCommand() *cobra.Command {
	var engine, dir string
	var threads int
	cmd := &cobra.Command{
		Use:   "first-count --engine NAME --dir DIR",
		Short: "Open the files of an engine and count once",
		Long: `Reads a query as JSON from stdin, opens the files of an engine, counts the query
once, and prints the count and how long opening and counting took together.`,
		Hidden: true,
		Args:   noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			reopen, ok := reopeners[engine]
			if !ok {
				return usagef("--engine is %q, which has no files to open", engine)
			}
			var q suite.Query
			if err := json.NewDecoder(a.stdin).Decode(&q); err != nil {
				return usagef("the query on stdin: %w", err)
			}
			start := time.Now()
			e, err := reopen(cmd.Context(), dir, threads)
			if err != nil {
				return err
			}
			n, err := countOnce(cmd.Context(), e, &q)
			took := time.Since(start)
			if err = errors.Join(err, e.Close()); err != nil {
				return err
			}
			return json.NewEncoder(a.stdout).Encode(firstCount{n, took})
		},
	}
	cmd.Flags().StringVar(&engine, "engine", "", "name of the engine, as reports have it")
	cmd.Flags().StringVar(&dir, "dir", "", "folder of its files")
	cmd.Flags().IntVar(&threads, "threads", runtime.NumCPU(), "cores that it may use")
	return cmd
}

// countOnce prepares a query and counts.
func countOnce(ctx context.Context, e contender.Engine, q *suite.Query) (n int64, err error) {
	p, err := e.Prepare(ctx, q)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	n, _, err = p.Count(ctx)
	return n, err
}

// startFirstCount returns what runs first-count in a process of its own. The
// process ends with its context.
func startFirstCount(q *suite.Query, threads int) (measure.FirstCount, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, engine, dir string) (int64, time.Duration, error) {
		cmd := exec.CommandContext(ctx, program, "first-count",
			"--engine", engine, "--dir", dir, "--threads", strconv.Itoa(threads))
		cmd.Stdin = bytes.NewReader(text)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return 0, 0, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
		}
		var r firstCount
		if err := json.Unmarshal(out, &r); err != nil {
			return 0, 0, fmt.Errorf("first-count printed %q: %w", out, err)
		}
		return r.Count, r.Took, nil
	}, nil
}
