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
