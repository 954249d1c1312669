package service

import (
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// folderlessError is an error of a job in which files of the studio's own are told from its
// folder on: whoever may see the job sees the text, and where the server keeps its data is
// no concern of theirs.
type folderlessError struct {
	text string
	err  error
}

func (e *folderlessError) Error() string { return e.text }

// Unwrap returns the error as it was.
func (e *folderlessError) Unwrap() error { return e.err }

// folderless returns a work whose errors do not say where the folder lies.
func folderless(dir string, do jobs.Work) jobs.Work {
	below := regexp.MustCompile(`(^|[\s"'=:(])` + regexp.QuoteMeta(filepath.Clean(dir)+string(filepath.Separator)))
	return func(ctx context.Context, job registry.Job, report func(registry.Progress)) (json.RawMessage, error) {
		result, err := do(ctx, job, report)
		if err == nil {
			return result, nil
		}
		if text := err.Error(); below.MatchString(text) {
			err = &folderlessError{below.ReplaceAllString(text, "$1"), err}
		}
		return result, err
	}
}
