package files

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// OpenFile opens one Parquet, CSV or NDJSON file, by its ending, as a table with
// its name. It is checked as the files of a [Source] are, and what lies beside it
// does not matter. Errors name the path.
func OpenFile(ctx context.Context, path string) (source.Table, error) {
	ending := filepath.Ext(path)
	if !slices.Contains(kinds, strings.ToLower(ending)) {
		return nil, fmt.Errorf("file %q ends in %q, expected %s", path, ending, strings.Join(kinds, ", "))
	}
	one, err := partAt(path, nil)
	if err != nil {
		return nil, err
	}
	alone := &Source{root: filepath.Dir(path), uri: path, mem: memory.DefaultAllocator, taskRows: taskRows, opened: map[string]*table{}}
	ref := model.TableRef{Table: strings.TrimSuffix(filepath.Base(path), ending)}
	return openTable(ctx, alone, place{ref: ref, path: path}, []part{one})
}
