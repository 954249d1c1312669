package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

// TestFaultWhileReading fails each operation of opening, asking and verifying a
// snapshot once: an error that says so, or the right answer.
func TestFaultWhileReading(t *testing.T) {
	seed := crashSeed(t)
	disk := storetest.NewMemFS()
	buildStall(t, disk, crashDir)
	right := answers(t.Context(), disk, crashDir, 0)
	read := func(fault storetest.Fault) (*storetest.FaultFS, []answer) {
		faults := storetest.NewFaultFS(disk, fault)
		found := answers(t.Context(), faults, crashDir, 0)
		report, err := store.Verify(t.Context(), faults, crashDir, 0, nil)
		if err == nil {
			err = errors.Join(report.Problems...)
		}
		return faults, append(found, answer{err: err})
	}
	counter, found := read(storetest.Fault{})
	if len(found) != len(right)+1 {
		t.Fatalf("%d answers, expected %d", len(found), len(right)+1)
	}
	faults, losses := 0, 0
	for _, at := range sampled(rand.New(rand.NewPCG(seed, 0)), 1, counter.Operations()+1, 30) {
		fsys, found := read(storetest.Fault{At: at, Err: syscall.EIO})
		faults++
		ok := t.Run(fmt.Sprintf("%03d %s", at, fsys.Hit()), func(t *testing.T) {
			last := len(found) - 1
			for i, a := range found {
				switch {
				case a.err != nil && (!errors.Is(a.err, syscall.EIO) || strings.Contains(a.err.Error(), "internal error")):
					t.Errorf("error %v, expected one of %v", a.err, syscall.EIO)
				case a.err == nil && i < last && a.text != right[i].text:
					t.Errorf("the answer is %q, expected %q", a.text, right[i].text)
				}
			}
		})
		if !ok {
			losses++
		}
	}
	tally(t, faults, "faults injected")
	tally(t, losses, "losses")
}
