package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	databaseUser = "rollcall"
	// portAttempts is how often another port is taken where somebody was faster.
	portAttempts = 5
	// readyPatience is how long a server may take to answer first, unless it ends.
	readyPatience = 2 * time.Minute
	readyInterval = 20 * time.Millisecond
	// stopPatience is how long a server may take to end before it is killed.
	stopPatience = 10 * time.Second
	// logTail is how many bytes of the server's log an error repeats at most.
	logTail = 2000
)

// system is what starting a server asks of the machine.
type system struct {
	lookup lookup
	port   func(ctx context.Context) (int, error) // one that is free now
	memory int64                                  // bytes; 0: not known
}

func thisSystem() system {
	return system{lookup: systemLookup(), port: freePort, memory: memoryBytes()}
}

// freePort asks the kernel for a port of 127.0.0.1. It may be taken by the time
// it is used.
func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// server is a running postmaster and its folder.
type server struct {
	dir      string // has the data, the socket and the log
	bin      string
	who      account
	port     int
	password string
	cancel   context.CancelFunc
	process  *os.Process
	done     chan struct{} // closed when the process is gone and the folder removed
	removed  error         // of removing the folder; after done
}

// startServer starts a server on an empty database. It ends with ctx, or by stop,
// and takes its folder along.
func startServer(ctx context.Context, sys system, scratch string, threads int) (*server, error) {
	bin, err := sys.lookup.find(ctx)
	if err != nil {
		return nil, err
	}
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := makePlace(who, scratch, os.TempDir())
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, bin: bin, who: who, password: rand.Text()}
	if err := s.initialize(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	for attempt := 1; ; attempt++ {
		if s.port, err = sys.port(ctx); err == nil {
			err = s.configure(chooseSettings(sys.memory, threads, dir, s.port))
		}
		if err == nil {
			err = s.run(ctx)
		}
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, errPortTaken) || attempt == portAttempts {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
}

// command returns a program of the server's, to be run as its user.
func (s *server) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir // the own one may be closed to that user
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = attributes(s.who)
	// SIGQUIT is "immediate shutdown": children and shared memory go too.
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return cmd.Process.Kill() // there is no such signal here
		}
		return nil
	}
	cmd.WaitDelay = stopPatience
	return cmd
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }
func (s *server) log() string  { return filepath.Join(s.dir, "server.log") }

// initialize makes the empty database.
func (s *server) initialize(ctx context.Context) error {
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o600); err != nil {
		return err
	}
	if err := s.who.own(secret); err != nil {
		return err
	}
	out, err := s.command(ctx, "initdb", "--pgdata="+s.data(), "--username="+databaseUser, "--pwfile="+secret,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return os.Remove(secret)
}

// configure writes the settings to the file that goes before all others.
func (s *server) configure(lines settings) error {
	file := filepath.Join(s.data(), "postgresql.auto.conf")
	return os.WriteFile(file, []byte(lines.String()), 0o600) // keeps its owner
}

var errPortTaken = errors.New("the port was taken by somebody else")

// run starts the postmaster and waits until it answers. Where it returns an
// error there is no process, but the folder.
func (s *server) run(ctx context.Context) error {
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	ctx, s.cancel = context.WithCancel(ctx)
	cmd := s.command(ctx, "postgres", "-D", s.data())
	cmd.Stdout, cmd.Stderr = log, log
	err = cmd.Start()
	if closed := log.Close(); err == nil {
		err = closed
	}
	if err != nil {
		s.cancel()
		return fmt.Errorf("postgres: %w", err)
	}
	s.process = cmd.Process
	exited := make(chan struct{})
	ready := make(chan bool, 1)
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_ = cmd.Wait() // how it ended is in its log
		close(exited)
		if <-ready {
			s.removed = os.RemoveAll(s.dir)
		}
	}()
	err = s.await(ctx, exited)
	ready <- err == nil
	if err != nil {
		s.cancel()
		<-s.done
	}
	return err
}

// await returns when the server answers, or with an error.
func (s *server) await(ctx context.Context, exited <-chan struct{}) error {
	limit, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	ticker := time.NewTicker(readyInterval)
	defer ticker.Stop()
	for {
		pool, err := s.connect(limit)
		if err == nil {
			pool.Close()
			return nil
		}
		select {
		case <-exited:
			return s.startError()
		case <-limit.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("postgres did not answer for %s: %w; its log: %s", readyPatience, err, s.lastWords())
		case <-ticker.C:
		}
	}
}

// startError says why a server ended that did not answer yet.
func (s *server) startError() error {
	words := s.lastWords()
	if strings.Contains(words, "could not create any TCP/IP sockets") {
		return fmt.Errorf("port %d: %w; its log: %s", s.port, errPortTaken, words)
	}
	return fmt.Errorf("postgres ended at its start; its log: %s", words)
}

// lastWords returns the end of the server's log.
func (s *server) lastWords() string {
	text, err := os.ReadFile(s.log())
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(len(text)-logTail, 0):]))
}

// connect returns a pool of connections, of which one has answered.
func (s *server) connect(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := s.poolConfig()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// stop ends the server, if it still runs, and returns when its folder is gone.
func (s *server) stop() error {
	s.cancel()
	<-s.done
	return s.removed
}
