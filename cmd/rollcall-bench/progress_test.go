package main

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	before := runtime.NumGoroutine()
	var out bytes.Buffer
	p := &progress{out: &out}
	p.show("loading", 0, -1)
	p.show("timing", 3, 12)
	p.show("timing", 4, 12)
	p.show("", 0, 0)
	for _, want := range []string{"loading", "timing", "(4/12)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the terminal shows %q, without %q", out.String(), want)
		}
	}
	if end := out.String()[strings.LastIndex(out.String(), "(4/12)")+6:]; strings.Trim(end, "\r []0s:") != "" {
		t.Errorf("the bar is left on the terminal, with %q behind it", end)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// TestProgressElsewhere has no terminal to show anything on.
func TestProgressElsewhere(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	p.show("loading", 1, 2)
	p.show("", 0, 0)
	if out.Len() > 0 {
		t.Errorf("%q is written", out.String())
	}
}
