package service

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
)

// checkLinks looks for symbolic links in a folder of files that lead out of the folders of
// the operator: tables are read through links. Folders that links lead to are looked at,
// too.
func (s *Service) checkLinks(ctx context.Context, folder string) error {
	return s.followLinks(ctx, folder, map[string]bool{})
}

// followLinks is checkLinks for a folder that is not among those seen.
func (s *Service) followLinks(ctx context.Context, folder string, seen map[string]bool) error {
	if seen[folder] {
		return nil
	}
	seen[folder] = true
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && d != nil && d.IsDir() && path != folder:
			return fs.SkipDir // it may not be read, and holds no table then
		case err != nil:
			return fmt.Errorf("its folder cannot be read: %w", err)
		case d.Type()&fs.ModeSymlink == 0:
			return nil
		}
		real, there := realPath(path)
		if !there {
			return nil // it leads nowhere
		}
		if !s.inRoots(real) {
			rel, err := filepath.Rel(folder, path)
			if err != nil {
				return err
			}
			return fmt.Errorf("its file %q is a symbolic link that leads out of the folders that files may be read from", rel)
		}
		return s.followLinks(ctx, real, seen)
	})
}

// inRoots reports whether a path, with links followed, lies in a folder of the operator.
func (s *Service) inRoots(real string) bool {
	for _, root := range s.roots {
		if within(root, real) {
			return true
		}
	}
	return false
}
