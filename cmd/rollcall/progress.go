package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// progress shows long work on a terminal; elsewhere it is silent.
type progress struct {
	out  io.Writer // nil: silent
	bar  *progressbar.ProgressBar
	what string // that bar shows
	// total is that of bar: a source may know it only once a pull has begun.
	total int64
}

// newProgress returns a progress on stderr.
func (a *app) newProgress() *progress {
	p := &progress{}
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.out = f
	}
	return p
}

// build shows the progress of a build.
func (p *progress) build(at ingest.Progress) {
	p.show(at.Stage+" "+at.Table, "rows", at.Rows, at.Total)
	if p.bar != nil && at.Bytes > 0 {
		p.bar.Describe(p.what + ", " + bytesText(at.Bytes))
	}
}

// verify shows the progress of a check.
func (p *progress) verify(at store.VerifyProgress) {
	p.show("verify", "B", at.Done, at.Total)
	if p.bar != nil {
		p.bar.Describe("verify " + at.File)
	}
}

// show moves the bar of what to so many units of total; -1 is an unknown total.
func (p *progress) show(what, unit string, done, total int64) {
	if p.out == nil {
		return
	}
	if p.bar == nil || p.what != what || p.total != total {
		p.done()
		p.what, p.total = what, total
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(what),
			progressbar.OptionSetSpinnerChangeInterval(0), // of an unknown total: no goroutine, which would not end
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
			progressbar.OptionSetPredictTime(true), progressbar.OptionShowElapsedTimeOnFinish(), progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set64(done) // a terminal that cannot be written to is nobody's loss
}

// done takes the bar off the terminal.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
