package resident

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// interval is the time between two looks. A peak that is shorter may be missed.
// The children are looked for less often: that takes long where there are many
// threads, and whoever is watched would have less of the machine.
const (
	interval      = 20 * time.Millisecond
	childInterval = 500 * time.Millisecond
)

// Watcher looks at processes until Stop.
type Watcher struct {
	stop chan struct{}
	done chan int64
}

// Watch starts a goroutine that watches process pid and its descendants. It ends
// with Stop, which must be called.
func Watch(pid int) *Watcher { return start(pid, true) }

// WatchProcess is Watch without the descendants.
func WatchProcess(pid int) *Watcher { return start(pid, false) }

func start(pid int, descendants bool) *Watcher {
	w := &Watcher{stop: make(chan struct{}), done: make(chan int64, 1)}
	go w.run(pid, descendants)
	return w
}

// Stop ends the watch and returns the most anonymous memory, in bytes, that
// the processes held together at any look. It is called once.
func (w *Watcher) Stop() int64 {
	close(w.stop)
	return <-w.done
}

func (w *Watcher) run(pid int, descendants bool) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var looked time.Time // for descendants
	pids, peak := []int{pid}, int64(0)
	look := func() {
		if descendants && time.Since(looked) >= childInterval {
			pids, looked = append([]int{pid}, Descendants(pid)...), time.Now()
		}
		total := int64(0)
		for _, p := range pids {
			total += Anonymous(p)
		}
		peak = max(peak, total)
	}
	for look(); ; look() {
		select {
		case <-w.stop:
			look()
			w.done <- peak
			return
		case <-ticker.C:
		}
	}
}

// Descendants returns the processes that a process and its descendants started,
// as far as they still run; none where that cannot be told.
func Descendants(pid int) []int {
	var all []int
	for _, child := range children(pid) {
		all = append(append(all, child), Descendants(child)...)
	}
	return all
}

// Anonymous returns the anonymous memory, in bytes, of one process now; 0 where
// that cannot be told.
func Anonymous(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // gone, or there is no such file here
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}

// children returns the processes that the threads of a process started.
func children(pid int) []int {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	var pids []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread is gone
		}
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}
