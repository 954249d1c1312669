package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// FailedError is what a process says of a load that failed.
type FailedError struct{ Message string }

// Error returns what it said.
func (e *FailedError) Error() string { return e.Message }

// endWait is how long a process that is told to end may take to clear up.
const endWait = 10 * time.Second

// maxSaid is how much of what a process writes to its standard error is kept, in bytes: a
// fault of the program, for the log.
const maxSaid = 64 << 10

// Process returns what does requests in a process of a program, which is to call [Serve]
// with its standard input and output. failed, where it is not nil, is called with what the
// program writes to its standard error where it ends without an answer.
func Process(failed func(said string), program string, args ...string) Loader {
	return func(ctx context.Context, in Request, progress func(ingest.Progress)) (*store.Manifest, error) {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's interrupt is the server's to pass on
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = endWait
		said := &limited{}
		cmd.Stderr = said
		version, err := talk(cmd, in, progress)
		if err == nil {
			return store.ReadManifest(store.OS, in.Folder, version)
		}
		if told := (*FailedError)(nil); !errors.As(err, &told) && ctx.Err() == nil && failed != nil {
			failed(said.String())
		}
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return nil, err
	}
}

// talk runs a process: it sends the request, passes the progress on and returns the
// version.
func talk(cmd *exec.Cmd, in Request, progress func(ingest.Progress)) (version uint64, err error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("starting the process that builds: %w", err)
	}
	serr := json.NewEncoder(stdin).Encode(toWire(in)) // it stays open: its end is ours
	last, rerr := listen(stdout, progress)
	werr := cmd.Wait()
	switch {
	case last != nil && last.Error != "":
		return 0, &FailedError{last.Error}
	case last != nil && last.Version > 0 && werr == nil:
		return last.Version, nil
	}
	return 0, fmt.Errorf("the process that builds has ended without an answer: %w", errors.Join(werr, rerr, serr))
}

// listen reads what a process says and returns the line with its end, nil where it says
// none.
func listen(from io.Reader, progress func(ingest.Progress)) (*wireLine, error) {
	for dec := json.NewDecoder(bufio.NewReader(from)); ; {
		var line wireLine
		if err := dec.Decode(&line); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return nil, err
		}
		if line.Progress == nil {
			return &line, nil
		}
		progress(*line.Progress)
	}
}

// limited keeps the first bytes that are written to it.
type limited struct{ bytes.Buffer }

// Write keeps as much as there is room for, and takes all.
func (l *limited) Write(data []byte) (int, error) {
	if room := maxSaid - l.Len(); room > 0 {
		l.Buffer.Write(data[:min(room, len(data))])
	}
	return len(data), nil
}
