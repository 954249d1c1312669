package main

import (
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows long work on a terminal; elsewhere it is silent. It is safe for
// concurrent use.
type progress struct {
	out   io.Writer // nil: silent
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	what  string // that bar shows
	total int64
}

// newProgress returns a progress on out.
func newProgress(out io.Writer) *progress {
	p := &progress{}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.out = f
	}
	return p
}

// show moves the bar of what to done of total; -1 is an unknown total. An empty
// what takes the bar off the terminal.
func (p *progress) show(what string, done, total int64) {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && (p.what != what || p.total != total) {
		_ = p.bar.Clear() // a terminal that cannot be written to is nobody's loss
		p.bar = nil
	}
	if what == "" {
		return
	}
	if p.bar == nil {
		p.what, p.total = what, total
		p.bar = newBar(p.out, what, total)
		_ = p.bar.RenderBlank() // at 0 nothing moves, and Set64 draws nothing
	}
	_ = p.bar.Set64(done)
}

// newBar returns a bar of so many things; of an unknown number, a line that says
// what is being done. It is drawn when it moves only, without the goroutine that
// turns the library's spinners: that one would not end, and draw over other lines.
func newBar(out io.Writer, what string, total int64) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(what),
		progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionShowElapsedTimeOnFinish(), progressbar.OptionClearOnFinish(),
	}
	if total >= 0 {
		options = append(options, progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true))
	}
	return progressbar.NewOptions64(total, options...)
}
