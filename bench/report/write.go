package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// Named is a report and what the page calls it.
type Named struct {
	Name   string // of the file that it was read from, without folders
	Report *measure.Report
}

// Options are what a page is made with. The zero value is fine.
type Options struct {
	Title string // of the page; "": Performance
	Ours  string // the engine that the others are compared with; "": rollcall
	// Remarks is Markdown that stands above the runs: what a person has to say of
	// the figures. "": nothing.
	Remarks string
}

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	if o.Title == "" {
		o.Title = "Performance"
	}
	if o.Ours == "" {
		o.Ours = "rollcall"
	}
	return o
}

// Write writes the page docName, which must end in .md, into the folder dir,
// which must exist, and its pictures into the folder beside it that has the
// page's name without .md. Pictures of an earlier page that the new one does not
// show are removed last. Each file appears whole or not at all; where Write
// returns an error, the old page may stand beside new pictures.
//
// The reports are as Read returns them; their order is that of the page. Write
// does not change them.
func Write(ctx context.Context, dir, docName string, reports []Named, opts Options) error {
	base, ok := strings.CutSuffix(docName, ".md")
	if !ok || base == "" || filepath.Base(docName) != docName {
		return fmt.Errorf("the page %q: expected the name of a file that ends in .md", docName)
	}
	if len(reports) == 0 {
		return errors.New("no reports to make a page of")
	}
	for _, n := range reports {
		if err := check(n.Report); err != nil {
			return fmt.Errorf("%s: %w", n.Name, err)
		}
	}
	text, pictures := render(reports, base, opts.withDefaults())
	folder := filepath.Join(dir, base)
	if err := writePictures(ctx, folder, pictures); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(dir, docName), []byte(text)); err != nil {
		return err
	}
	return prune(folder, pictures)
}

// writePictures writes every picture as SVG and PNG.
func writePictures(ctx context.Context, folder string, pictures []*picture) error {
	if len(pictures) == 0 {
		return nil
	}
	if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, p := range pictures {
		if err := ctx.Err(); err != nil {
			return err
		}
		svg, png, err := p.render()
		if err != nil {
			return fmt.Errorf("picture %s: %w", p.name, err)
		}
		err = errors.Join(
			replaceFile(filepath.Join(folder, p.name+".svg"), svg),
			replaceFile(filepath.Join(folder, p.name+".png"), png))
		if err != nil {
			return err
		}
	}
	return nil
}
