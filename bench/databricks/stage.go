package databricks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/databricks/databricks-sql-go/driverctx"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-db/rollcall/bench/workload"
)

const (
	uploads      = 4               // files on their way at a time
	cleanupLimit = 2 * time.Minute // for what is tidied up after a context has ended
)

// stage is a folder of the volume with the files of a data set in it.
type stage struct {
	sessions *sessions
	folder   string // in the volume, of this data set alone

	mu    sync.Mutex
	files []string // that may be in the volume
}

// upload puts the part files of a table into a folder of its own and returns that.
// Files are read while they are sent, and nothing else is: the driver may read no
// other.
func (s *stage) upload(ctx context.Context, d *workload.Dataset, t workload.Table) (folder string, err error) {
	local, err := partFiles(d, t)
	if err != nil {
		return "", err
	}
	folder = path.Join(s.folder, t.Name)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploads)
	for _, file := range local {
		remote := path.Join(folder, filepath.Base(file))
		s.mu.Lock()
		s.files = append(s.files, remote)
		s.mu.Unlock()
		group.Go(func() error {
			ctx := driverctx.NewContextWithStagingInfo(ctx, []string{file})
			if err := s.sessions.exec(ctx, put(file, remote)); err != nil {
				return fmt.Errorf("uploading %s: %w", filepath.Base(file), withoutBody(err))
			}
			return nil
		})
	}
	return folder, group.Wait()
}

// clear removes every file that upload put into the volume, even after ctx has
// ended. On stores with real folders, empty ones may stay.
func (s *stage) clear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupLimit)
	defer cancel()
	s.mu.Lock()
	files := s.files
	s.files = nil
	s.mu.Unlock()
	var failed error
	for _, file := range files {
		// The driver wants a place for files even where it reads none.
		if err := s.sessions.exec(driverctx.NewContextWithStagingInfo(ctx, []string{os.DevNull}), remove(file)); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s stays in the volume: %w", file, withoutBody(err)))
		}
	}
	return failed
}

// partFiles returns the absolute paths of a table's files, in their order.
func partFiles(d *workload.Dataset, t workload.Table) ([]string, error) {
	files, err := d.Files(t.Schema, t.Name)
	if err != nil {
		return nil, err
	}
	if len(files) != t.Files {
		return nil, fmt.Errorf("%d part files, expected %d", len(files), t.Files)
	}
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// withoutBody cuts an error of the file store at the document that it answered
// with: some quote the signed request there.
func withoutBody(err error) error {
	if text, _, found := strings.Cut(err.Error(), "<"); found {
		return &shortened{text: strings.TrimRight(text, " -") + " (the store's answer is left out)", err: err}
	}
	return err
}

// shortened is an error with less text.
type shortened struct {
	text string
	err  error
}

func (e *shortened) Error() string        { return e.text }
func (e *shortened) GoString() string     { return e.text }
func (e *shortened) Is(target error) bool { return errors.Is(e.err, target) }
