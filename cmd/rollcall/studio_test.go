package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// studio is a server of its own process, over a data folder.
type studio struct {
	dir    string // of its data
	url    string // http://127.0.0.1:PORT
	client *http.Client
	cmd    *exec.Cmd
	log    *lines
	ended  chan struct{} // closed when the process has
	err    error         // of the process; read it after ended
}

// lines is what a process has written so far. It is safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// listening is what serve says when it can be asked.
var listening = regexp.MustCompile(`https?://[0-9.:\[\]a-z]+:[0-9]+`)

// startStudio starts "rollcall serve" over a data folder, on a port of its own, and
// waits until it can be asked. It is ended with the test.
func startStudio(t testing.TB, dir string, flags ...string) *studio {
	t.Helper()
	s := &studio{dir: dir, log: &lines{}, ended: make(chan struct{})}
	args := append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0"}, flags...)
	s.cmd = exec.Command("rollcall", args...)
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	errs, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop(t, os.Interrupt)
		s.client.CloseIdleConnections()
	})
	found := make(chan string, 1)
	go func() {
		defer close(s.ended)
		defer close(found)
		said := bufio.NewScanner(errs)
		for said.Scan() {
			s.log.add(said.Text())
			if url := listening.FindString(said.Text()); url != "" && s.url == "" {
				s.url = url
				found <- url
			}
		}
		s.err = errors.Join(said.Err(), s.cmd.Wait())
	}()
	if url := <-found; url == "" {
		<-s.ended
		t.Fatalf("rollcall %q ended: %v\n%s", args, s.err, s.log)
	}
	return s
}

// stop ends the process by a signal and waits for its end.
func (s *studio) stop(t testing.TB, sent os.Signal) {
	t.Helper()
	select {
	case <-s.ended:
		return
	default:
	}
	if err := s.cmd.Process.Signal(sent); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	<-s.ended
	var exit *exec.ExitError
	if sent == syscall.SIGKILL && errors.As(s.err, &exit) || s.err == nil {
		return
	}
	if errors.As(s.err, &exit) && exit.ExitCode() == exitInterrupted {
		return
	}
	t.Errorf("rollcall serve: %v\n%s", s.err, s.log)
}

// ask sends a request and returns status and body. A body that is no string is sent as
// JSON. Path stands below /api/v1.
func (s *studio) ask(ctx context.Context, method, path string, body any, header ...string) (status int, data []byte, err error) {
	var sent io.Reader
	kind := "application/json"
	switch body := body.(type) {
	case nil:
	case string:
		sent, kind = strings.NewReader(body), "application/yaml"
	default:
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+"/api/v1"+path, sent)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	data, err = io.ReadAll(resp.Body)
	return resp.StatusCode, data, err
}

// object is a JSON object of an answer.
type object = map[string]any

// must asks and returns the object of the answer, whose status must be 2xx.
func (s *studio) must(t testing.TB, method, path string, body any) object {
	t.Helper()
	status, data, err := s.ask(t.Context(), method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", method, path, err, s.log)
	}
	if status < 200 || status > 299 {
		t.Fatalf("%s %s: status %d: %s\n%s", method, path, status, data, s.log)
	}
	out := object{}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, data)
		}
	}
	return out
}

// job waits until a job has ended and returns it. Jobs are asked about every few
// milliseconds, as a page would.
func (s *studio) job(t testing.TB, id any) object {
	t.Helper()
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	for {
		job := s.must(t, http.MethodGet, fmt.Sprintf("/jobs/%v", id), nil)
		switch job["state"] {
		case "queued", "running":
		default:
			return job
		}
		select {
		case <-every.C:
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}

// cdnowStudio starts a studio with the CDNOW customers built, and returns it.
func cdnowStudio(t testing.TB, flags ...string) *studio {
	t.Helper()
	return cdnowStudioOf(t, cdnowData.Warehouse(t), flags...)
}

// cdnowStudioOf is cdnowStudio over a folder of the tables.
func cdnowStudioOf(t testing.TB, files string, flags ...string) *studio {
	t.Helper()
	s := startStudio(t, filepath.Join(t.TempDir(), "studio"), append([]string{"--files", files}, flags...)...)
	s.must(t, http.MethodPut, "/connections/shop", object{"kind": "files", "uri": files})
	put := s.must(t, http.MethodPut, "/parents/CDNOW%20customers?connection=shop", string(cdnow.ParentYAML()))
	job, ok := put["job"].(object)
	if !ok {
		t.Fatalf("putting the parent segment has started no job: %v", put)
	}
	if done := s.job(t, job["id"]); done["state"] != "succeeded" {
		t.Fatalf("the build: %v", done)
	}
	return s
}

// goldAndBought is the audience of the first example, and its size as of 1998-07-01.
const (
	goldAndBought      = "loyalty_tier = 'Gold' and purchase in last 30 days"
	goldAndBoughtCount = 315
)
