package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// pageReader reads the pages of a column chunk in order.
type pageReader struct {
	leaf  *parquetNode
	pages *parquet.FilePages // nil before the first chunk
	page  parquet.Page       // nil between two pages

	n          int    // values of the page, NULLs included
	reps, defs []byte // levels of the page's values; nil where all are the same
}

// open starts on a chunk, which it reads from file.
func (p *pageReader) open(file io.ReaderAt, chunk *parquet.FileColumnChunk) error {
	err := p.close()
	p.pages = chunk.PagesFrom(file)
	return err
}

// close gives up the memory of the page and of the chunk.
func (p *pageReader) close() error {
	p.release()
	if p.pages == nil {
		return nil
	}
	pages := p.pages
	p.pages = nil
	return pages.Close()
}

func (p *pageReader) release() {
	if p.page != nil {
		parquet.Release(p.page)
	}
	p.page, p.n, p.reps, p.defs = nil, 0, nil, nil
}

// next reads the next page, checks its levels, and hands its values to a. It
// returns io.EOF after the chunk's last page.
func (p *pageReader) next(a valueAppender) (err error) {
	p.release()
	if p.page, err = p.pages.ReadPage(); err != nil {
		p.page = nil
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("truncated: %w", err)
		}
		return err
	}
	n := int(p.page.NumValues())
	if p.reps, err = checkLevels(p.page.RepetitionLevels(), n, p.leaf.maxRep); err != nil {
		return fmt.Errorf("repetition levels: %w", err)
	}
	if p.defs, err = checkLevels(p.page.DefinitionLevels(), n, p.leaf.maxDef); err != nil {
		return fmt.Errorf("definition levels: %w", err)
	}
	present := n
	if p.defs != nil {
		present = bytes.Count(p.defs, []byte{byte(p.leaf.maxDef)})
	}
	p.n = n
	return a.setPage(p.page, present)
}

// checkLevels checks that there are n levels of at most the value most, and returns
// nil where only one level is possible.
func checkLevels(b []byte, n, most int) ([]byte, error) {
	switch {
	case most == 0:
		return nil, nil
	case len(b) != n:
		return nil, fmt.Errorf("there are %d for %d values", len(b), n)
	case n > 0 && int(slices.Max(b)) > most:
		return nil, fmt.Errorf("one is %d, the highest is %d", slices.Max(b), most)
	}
	return b, nil
}
