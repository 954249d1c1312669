package executions

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// spark is Apache Spark in a process of its own, over the files of a world.
// spark/worker.py says what goes to it and comes back.
type spark struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

type sparkTable struct {
	Schema string `json:"schema"`
	Table  string `json:"table"`
	Path   string `json:"path"`
}

type sparkRequest struct {
	Tables []sparkTable `json:"tables,omitempty"`
	Query  string       `json:"query,omitempty"`
}

type sparkAnswer struct {
	Keys  []string `json:"keys"`
	Error string   `json:"error"`
}

// startSpark starts Spark with a Python that has PySpark.
func startSpark(python string) (*spark, error) {
	s := &spark{process: exec.Command(python, "../spark/worker.py")}
	s.process.Stderr = os.Stderr
	var err error
	if s.in, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	return s, s.process.Start()
}

func (*spark) name() string { return "spark" }

// ask sends a request and waits for its answer.
func (s *spark) ask(r sparkRequest) (*sparkAnswer, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if _, err := s.in.Write(append(text, '\n')); err != nil {
		return nil, fmt.Errorf("spark/worker.py: %w", err)
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("spark/worker.py: %w", err)
	}
	answer := &sparkAnswer{}
	if err := json.Unmarshal(line, answer); err != nil {
		return nil, fmt.Errorf("spark/worker.py: %w in %q", err, line)
	}
	return answer, nil
}

func (s *spark) load(_ context.Context, w *world) error {
	var tables []sparkTable
	for _, t := range w.Tables {
		tables = append(tables, sparkTable{Schema: t.Ref.Schema, Table: t.Ref.Table, Path: t.Path(w.files)})
	}
	_, err := s.ask(sparkRequest{Tables: tables})
	return err
}

func (s *spark) selects(_ context.Context, q *question) ([]string, error) {
	statement, err := q.sqlFor(sqlgen.Databricks)
	if err != nil {
		return nil, err
	}
	answer, err := s.ask(sparkRequest{Query: statement})
	if err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	slices.Sort(answer.Keys)
	return answer.Keys, nil
}

func (s *spark) close() error {
	return errors.Join(s.in.Close(), s.process.Wait())
}

// openSpark starts Spark until the end of the test, which is skipped where the
// environment names no Python.
func openSpark(t *testing.T) *spark {
	t.Helper()
	python := os.Getenv("ROLLCALL_SPARK")
	if python == "" {
		t.Skip("ROLLCALL_SPARK is not set: make test-spark sets it")
	}
	s, err := startSpark(python)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil && !t.Failed() {
			t.Error(err)
		}
	})
	return s
}

// sparkRules is how many random rules TestSpark makes.
const sparkRules = 400

// TestSpark compares Spark and the index with the oracle on random rules.
func TestSpark(t *testing.T) {
	w := &worker{t: t, dir: t.TempDir(), executions: []execution{&index{}, openSpark(t)}, tally: newTally()}
	s := readSettings(t, sparkRules)
	start := time.Now()
	for n := 0; n*rulesPerWorld < s.rules && !t.Failed(); n++ {
		seed := s.seed + uint64(n)
		if err := w.run(t.Context(), seed, min(rulesPerWorld, s.rules-n*rulesPerWorld)); err != nil {
			t.Errorf("ROLLCALL_SEED=%d: %v", seed, err)
		}
	}
	t.Logf("%s\nin %.1f s", w.tally, time.Since(start).Seconds())
	if !t.Failed() && s.rules >= sparkRules {
		w.tally.check(t)
	}
}
