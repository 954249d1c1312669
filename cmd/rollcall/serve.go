package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/api"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/page"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/docs"
)

// masksFile is the file in the folder of a studio that says how roles see columns; the
// operator writes it.
const masksFile = "masks.json"

// jobsGrace is how long jobs may go on when the server is told to end. What has not
// ended by then is run again at the next start.
const jobsGrace = 20 * time.Second

// serveFlags is a command line of serve.
type serveFlags struct {
	tokens   tokenFlags
	listen   string
	cert     string
	key      string
	files    []string
	hosts    []string
	rate     float64
	logs     string
	demo     bool
	personal bool
}

func (a *app) serveCommand() *cobra.Command {
	var given serveFlags
	cmd := &cobra.Command{
		Use:   "serve --data DIR",
		Short: "The studio: an HTTP API, a page to build segments with live counts, a door for assistants",
		Long: `Serves the studio over HTTP until it is interrupted: the API that /openapi.json
describes (docs/api.md), the page at /, and the Model Context Protocol at /mcp
(docs/assistants.md). DIR holds what it keeps, and is made where it is not there.
One process at a time serves a folder.

On an address of this machine alone, as 127.0.0.1, nobody needs a token until there
is one (rollcall token add). Other addresses need a token, and a certificate with
--tls-cert and --tls-key; --host says which names clients may call this server by.

Connections to folders of files must lie in a folder that --files names. --demo makes
a studio of the bundled data, with a connection, a parent segment and a snapshot.
How roles see columns stands in DIR/masks.json. docs/operations.md has all of that,
what to watch, and how to run it as a service.

It logs to stderr, without personal data. INT and TERM end it in good order: requests
that run are answered, and jobs that do not end in time are run again at the next start.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := given.check(); err != nil {
				return err
			}
			return a.serve(cmd.Context(), &given)
		},
	}
	given.tokens.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&given.listen, "listen", "127.0.0.1:8765", "address to listen on, HOST:PORT; port 0 is any that is free")
	flags.StringVar(&given.cert, "tls-cert", "", "PEM file of the certificate and its chain; read again when it changes")
	flags.StringVar(&given.key, "tls-key", "", "PEM file of the certificate's key")
	flags.StringArrayVar(&given.files, "files", nil, "folder that connections to files may lie in; may be repeated")
	flags.StringArrayVar(&given.hosts, "host", nil, "name that clients may call this server by, beside those of this machine; may be repeated")
	flags.Float64Var(&given.rate, "rate", 0, "requests of one caller in a second (default 500)")
	flags.StringVar(&given.logs, "log-format", "text", "how to write the log: text or json")
	flags.BoolVar(&given.demo, "demo", false, "make a studio of the bundled data, to look at")
	flags.BoolVar(&given.personal, "assistants-see-members", false, "let assistants list members and read profiles, where their token may")
	return cmd
}

// check refuses flags that make no sense.
func (f *serveFlags) check() error {
	switch {
	case f.tokens.data == "":
		return usagef("serve needs --data DIR, the folder of what it keeps")
	case (f.cert == "") != (f.key == ""):
		return usagef("a certificate needs its key: give both --tls-cert and --tls-key")
	case f.rate < 0:
		return usagef("--rate is %v, expected requests in a second", f.rate)
	case f.logs != "text" && f.logs != "json":
		return usagef("--log-format is %q, expected text or json", f.logs)
	}
	return nil
}

// serve opens the folder of a studio and answers until ctx ends.
func (a *app) serve(ctx context.Context, given *serveFlags) (err error) {
	kept, err := openKept(ctx, given)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	log := a.newLog(given.logs)
	if kept.audit.Torn() != nil {
		log.Warn("the audit log ended in an unfinished line, which was put aside", "what", kept.audit.Torn().String())
	}
	roots := given.files
	if given.demo {
		roots = append(roots, filepath.Join(given.tokens.data, demoFolder))
		if err := writeDemo(ctx, given.tokens.data); err != nil {
			return err
		}
	}
	masks, err := service.ReadMasks(filepath.Join(given.tokens.data, masksFile))
	if err != nil {
		return err
	}
	studio, err := service.New(service.Options{
		Dir: given.tokens.data, Registry: kept.registry, Audit: kept.audit, Tokens: kept.tokens, Masks: masks, FilesRoots: roots, Log: log,
		Load: loader(log),
	})
	if err != nil {
		return err
	}
	if err := studio.Start(ctx); err != nil {
		return err
	}
	defer func() {
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), jobsGrace)
		defer done()
		err = errors.Join(err, studio.Close(grace))
	}()
	if given.demo {
		if err := putDemo(ctx, studio, given.tokens.data); err != nil {
			return fmt.Errorf("the demonstration: %w", err)
		}
	}
	ballast := make([]byte, ballastBytes)
	defer runtime.KeepAlive(ballast)
	return a.listen(ctx, given, studio, kept.tokens, log)
}

// ballastBytes is memory that nobody touches, so that it takes no room. The garbage collector
// runs when the heap has doubled: one of a few megabytes doubles many times a second
// while clients count, and they wait for it. With the ballast it does after so many bytes.
const ballastBytes = 64 << 20

// listen answers requests until ctx ends.
func (a *app) listen(ctx context.Context, given *serveFlags, studio *service.Service, tokens *access.Set, log *slog.Logger) error {
	handler, err := api.New(studio, api.Options{
		Version: programVersion(), Demo: given.demo, Tokens: tokens, RequireTokens: given.tokens.file != "", Hosts: given.hosts,
		Page: page.Handler(), Assistants: assistant.Handler(assistantOf(studio, given.personal, log)), Limits: api.Limits{Rate: given.rate, Burst: int(2 * given.rate)}, Log: log,
	})
	if err != nil {
		return err
	}
	scheme := "http"
	if given.cert != "" {
		scheme = "https"
	}
	err = api.Serve(ctx, handler, api.Listening{
		Address: given.listen, CertFile: given.cert, KeyFile: given.key,
		Ready: func(at net.Addr) {
			if given.tokens.file == "" && !studio.TokensRequired() { // on loopback alone: elsewhere it would not listen
				log.Warn("there is no token: every user and program of this machine is let in as an administrator",
					"change", fmt.Sprintf("rollcall token add --data %s --name NAME --roles admin", given.tokens.data))
			}
			log.Info("the studio is open", "url", scheme+"://"+at.String())
		},
	})
	if exposed := (*api.ExposedError)(nil); errors.As(err, &exposed) {
		return &usageError{err}
	}
	return err
}

// assistantOf returns what an assistant asks, by the context of its request: the studio, as
// the caller that it is.
func assistantOf(studio *service.Service, personal bool, log *slog.Logger) func(context.Context) (assistant.Backend, assistant.Options) {
	return func(ctx context.Context) (assistant.Backend, assistant.Options) {
		who, ok := api.CallerOf(ctx)
		if !ok {
			return nil, assistant.Options{}
		}
		return assistant.NewServiceBackend(studio, who), assistant.Options{Personal: personal, Language: rulesText, Manual: docs.Rules, Version: programVersion(), Log: log, Enter: api.Asking(ctx)}
	}
}

// newLog returns the log of a server.
func (a *app) newLog(format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(a.stderr, nil))
}

// kept is what a studio keeps.
type kept struct {
	registry *registry.Registry
	audit    *audit.Log
	tokens   *access.Set
}

// openKept opens what is in the folder of a studio, which it makes where there is none.
func openKept(ctx context.Context, given *serveFlags) (_ *kept, err error) {
	if err := makeData(given.tokens.data); err != nil {
		return nil, err
	}
	k := &kept{}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.Close())
		}
	}()
	if k.registry, err = registry.Open(ctx, given.tokens.data, registry.Options{LookupEnv: lookupSecret}); err != nil {
		return nil, err
	}
	if k.audit, err = audit.Open(ctx, given.tokens.data, audit.Options{}); err != nil {
		return nil, err
	}
	if k.tokens, err = given.tokens.open("serve"); err != nil {
		return nil, err
	}
	return k, nil
}

// makeData makes the folder of a studio's data, where it is not there. Who may write into it
// could put tokens there: it must not be everybody.
func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	const others = 0o002
	if mode := info.Mode().Perm(); mode&others != 0 {
		return usagef("the folder of --data, %s, has the mode %04o, expected 0700: everybody may put files of their own there", dir, mode)
	}
	return nil
}

// secretPrefix starts the names of variables of the environment that connections may name.
const secretPrefix = "ROLLCALL_SECRET_"

// lookupSecret returns a variable of the environment that a connection names for a
// secret. Those of others stay unknown: who may register a connection could else send them
// to a server of theirs.
func lookupSecret(name string) (string, bool) {
	known := []string{"DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET", "PGPASSWORD"}
	if !strings.HasPrefix(name, secretPrefix) && !slices.Contains(known, name) {
		return "", false
	}
	return os.LookupEnv(name)
}

// Close lets go of the folder.
func (k *kept) Close() (err error) {
	if k.audit != nil {
		err = k.audit.Close()
	}
	if k.registry != nil {
		err = errors.Join(err, k.registry.Close())
	}
	return err
}
