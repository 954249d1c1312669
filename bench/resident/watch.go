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
const interval = 20 * time.Millisecond

// Watcher looks at a process and its descendants until Stop.
type Watcher struct {
	stop chan struct{}
	done chan int64
}

// Watch starts a goroutine that watches process pid and its descendants. It ends
// with Stop, which must be called.
func Watch(pid int) *Watcher {
	w := &Watcher{stop: make(chan struct{}), done: make(chan int64, 1)}
	go w.run(pid)
	return w
}

// Stop ends the watch and returns the most anonymous memory, in bytes, that
// the processes held together at any look. It is called once.
func (w *Watcher) Stop() int64 {
	close(w.stop)
	return <-w.done
}

func (w *Watcher) run(pid int) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	peak := Anonymous(pid)
	for {
		select {
		case <-w.stop:
			w.done <- max(peak, Anonymous(pid))
			return
		case <-ticker.C:
			peak = max(peak, Anonymous(pid))
		}
	}
}

// Anonymous returns the anonymous memory, in bytes, of a process and its
// descendants now; 0 where that cannot be told.
func Anonymous(pid int) int64 {
	total := anonymous(pid)
	for _, child := range children(pid) {
		total += Anonymous(child)
	}
	return total
}

// anonymous returns the anonymous memory of one process, in bytes.
func anonymous(pid int) int64 {
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
