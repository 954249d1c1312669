package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// Read reads a report as rollcall-bench run --format json prints it. It is
// strict: a field that this version does not know, anything behind the report,
// and figures that cannot be are errors, which name the file.
func Read(path string) (*measure.Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err // it names the file
	}
	r, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: not a report of rollcall-bench run: %w", path, err)
	}
	return r, nil
}

// parse decodes one report and checks it.
func parse(data []byte) (*measure.Report, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var r *measure.Report
	if err := dec.Decode(&r); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the file is empty")
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("the file ends within the JSON")
		}
		return nil, err
	}
	end := dec.InputOffset()
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("expected the end of the file after the report, which ends at byte %d", end)
	}
	if r == nil || len(r.Engines) == 0 {
		return nil, errors.New("it has no engines")
	}
	return r, check(r)
}

// check refuses reports whose tables would be wrong or ambiguous.
func check(r *measure.Report) error {
	names := map[string]bool{}
	for i, e := range r.Engines {
		if e.Name == "" || names[e.Name] {
			return fmt.Errorf("engines[%d]: the name %q is empty or there twice", i, e.Name)
		}
		names[e.Name] = true
	}
	if err := checkResults("results", r.Results); err != nil {
		return err
	}
	for i, s := range r.Scale {
		if err := checkResults(fmt.Sprintf("scale[%d].results", i), s.Results); err != nil {
			return err
		}
	}
	return nil
}

// checkResults refuses results that name nothing, are there twice or took less
// than no time.
func checkResults(where string, results []measure.Result) error {
	type id struct{ suite, query, engine string }
	seen := map[id]bool{}
	for i, r := range results {
		key := id{r.Suite, r.Query, r.Engine}
		switch {
		case r.Suite == "" || r.Query == "" || r.Engine == "":
			return fmt.Errorf("%s[%d]: suite %q, query %q, engine %q: expected a name for each", where, i, r.Suite, r.Query, r.Engine)
		case seen[key]:
			return fmt.Errorf("%s[%d]: suite %q, query %q, engine %q is there twice", where, i, r.Suite, r.Query, r.Engine)
		case r.MinUS < 0 || r.MedianUS < 0 || r.P95US < 0 || r.Count < 0:
			return fmt.Errorf("%s[%d]: suite %q, query %q, engine %q: a figure is below 0", where, i, r.Suite, r.Query, r.Engine)
		}
		seen[key] = true
	}
	return nil
}
