package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/rollcall"
)

// snapshotStepCommand is what suite snapshot starts for every step. It is no use to
// people, and hidden.
func (a *app) snapshotStepCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "snapshot-step",
		Short: "Make one step of suite snapshot",
		Long: `Reads a step as JSON from stdin, makes it, and prints as JSON how long it took and
how much memory this process had at most.`,
		Hidden: true,
		Args:   noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var job measure.SnapshotJob
			if err := json.NewDecoder(a.stdin).Decode(&job); err != nil {
				return usagef("the step on stdin: %w", err)
			}
			done, err := rollcall.Step(cmd.Context(), job)
			if err != nil {
				return err
			}
			return json.NewEncoder(a.stdout).Encode(done)
		},
	}
}

// startStep returns what runs snapshot-step in a process of its own. The process
// ends with its context.
func startStep() (measure.DoStep, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, job measure.SnapshotJob) (*measure.SnapshotDone, error) {
		text, err := json.Marshal(job)
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, program, "snapshot-step")
		cmd.Stdin = bytes.NewReader(text)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
		}
		done := &measure.SnapshotDone{}
		if err := json.Unmarshal(out, done); err != nil {
			return nil, fmt.Errorf("snapshot-step printed %q: %w", out, err)
		}
		return done, nil
	}, nil
}
