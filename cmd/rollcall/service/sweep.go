package service

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/rollcall-db/rollcall/engine/store"
)

// temporary is the name of a file that is written before it gets its own, see
// export.ReplacePrivateFile, and of that of the secrets. Who is killed on the way leaves it.
var temporary = regexp.MustCompile(`^(\.rollcall-[A-Z2-7]{26}\.tmp|secrets\.json\.new)$`)

// sweepTemporary removes the files that processes before have not written to their end:
// tokens and secrets in the folder of the data, customers in that of the exports. Nobody
// else writes there: whoever opens the service has the registry, which is locked, and the
// file of tokens, which commands change, is held meanwhile.
func (s *Service) sweepTemporary() error {
	sweep := func() error { return sweepFolder(s.dir) }
	err := error(nil)
	if s.tokens != nil && filepath.Dir(s.tokens.Path()) == filepath.Clean(s.dir) {
		err = s.tokens.Hold(sweep)
	} else {
		err = sweep()
	}
	if isA[*store.LockedError](err) {
		err = nil // a command writes just now: the next start sweeps
	}
	return errors.Join(err, sweepFolder(filepath.Join(s.dir, exportsFolder)))
}

// sweepFolder removes the temporary files of a folder.
func sweepFolder(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !f.Type().IsRegular() || !temporary.MatchString(f.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
