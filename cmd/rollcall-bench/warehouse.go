package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// serving is the command line of warehouse.
type serving struct {
	data, catalog, volumes, token, format string
	port, threads                         int
	oauth, cloudFetch                     bool
}

// maxPort is the greatest port there is.
const maxPort = 65535

func (a *app) warehouseCommand() *cobra.Command {
	var s serving
	var checkFormat func() error
	cmd := &cobra.Command{
		Use:   "warehouse --data DIR",
		Short: "Serve a folder of tables as a Databricks SQL warehouse",
		Long: `Serves the tables of a folder as a Databricks SQL warehouse does, with DuckDB
underneath, so that the way to Databricks can be tried without a workspace. DIR
holds <schema>/<table>.parquet, .csv or .ndjson, or folders <schema>/<table> of such
files; nothing is copied. Tables have versions, as those of Delta have: INSERT,
UPDATE, DELETE and CREATE TABLE last until the warehouse ends, and never touch DIR.

It prints what to set in a shell, listens on 127.0.0.1 alone, without TLS, and ends
with Ctrl-C. Whoever has the token may read and write all tables.

  rollcall-bench warehouse --data data
  rollcall-bench warehouse --data data --oauth --cloud-fetch --volumes exported

INSERT OVERWRITE DIRECTORY '/Volumes/…' writes below the folder of --volumes.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(); err != nil {
				return err
			}
			if err := needFlags(cmd, "data"); err != nil {
				return err
			}
			if err := s.check(); err != nil {
				return err
			}
			return a.warehouse(cmd.Context(), &s)
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.data, "data", "", "folder of the tables")
	f.StringVar(&s.catalog, "catalog", warehouse.DefaultCatalog, "catalog that the tables are in")
	f.StringVar(&s.volumes, "volumes", "", "folder that stands for /Volumes, made if need be")
	f.IntVar(&s.port, "port", 0, "port to listen on; 0: one that is free")
	f.IntVar(&s.threads, "threads", 0, "threads of DuckDB; 0: as many as there are cores")
	f.StringVar(&s.token, "token", "", "personal access token to accept; without it a random one")
	f.BoolVar(&s.oauth, "oauth", false, "accept a service principal, with a random secret, in place of a token")
	f.BoolVar(&s.cloudFetch, "cloud-fetch", false, "give large results as links to files, as warehouses in the cloud do")
	checkFormat = formatFlag(cmd, &s.format, "text", "json")
	return cmd
}

// check looks at the values of flags.
func (s *serving) check() error {
	switch {
	case s.port < 0 || s.port > maxPort:
		return usagef("--port is %d, expected 0 to %d", s.port, maxPort)
	case s.threads < 0:
		return usagef("--threads is %d, expected at least 1", s.threads)
	case s.oauth && s.token != "":
		return usagef("--oauth and --token exclude each other")
	case s.catalog == "" || strings.EqualFold(s.catalog, "system"):
		return usagef("--catalog is %q, expected a name other than system", s.catalog)
	}
	return nil
}

// served is where a warehouse is and what to prove oneself with, as it is printed.
type served struct {
	URI         string            `json:"uri"`
	Tables      int64             `json:"tables"`
	Environment map[string]string `json:"environment"`
}

// warehouse serves until ctx ends, which is how it is meant to end.
func (a *app) warehouse(ctx context.Context, s *serving) (err error) {
	if s.volumes != "" {
		const private = 0o750
		if err := os.MkdirAll(s.volumes, private); err != nil {
			return err
		}
		if s.volumes, err = filepath.Abs(s.volumes); err != nil {
			return err
		}
	}
	engine, err := warehouse.Open(&warehouse.Options{Catalog: s.catalog, Volumes: s.volumes, Threads: s.threads})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Mount(ctx, s.catalog, s.data); err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	tables, err := engine.Exec(ctx, "SELECT table_name FROM information_schema.tables")
	if err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
	if err != nil {
		return err
	}
	options := dbtest.Options{Engine: engine, CloudFetch: s.cloudFetch}
	found := served{Tables: tables, Environment: s.login(&options)}
	found.URI = s.uri(listener.Addr().String())
	server := dbtest.New(options)
	if err := a.printServed(s, &found); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	a.logf("the warehouse has ended\n")
	return nil
}

// login makes what clients prove themselves with, and returns the environment
// variables that have it.
func (s *serving) login(options *dbtest.Options) map[string]string {
	if s.oauth {
		const id = "local-service-principal"
		secret := "dose" + rand.Text()
		options.Clients = map[string]string{id: secret}
		return map[string]string{"DATABRICKS_CLIENT_ID": id, "DATABRICKS_CLIENT_SECRET": secret}
	}
	if s.token == "" {
		s.token = "dapi" + rand.Text()
	}
	options.Tokens = []string{s.token}
	return map[string]string{"DATABRICKS_TOKEN": s.token}
}

// uri is what rollcall calls the warehouse.
func (s *serving) uri(address string) string {
	options := url.Values{"catalog": {s.catalog}, "insecure-http": {"true"}}
	return (&url.URL{Scheme: databricks.Scheme, Host: address, Path: dbtest.Path, RawQuery: options.Encode()}).String()
}

// printServed prints lines that a shell can read, or one of JSON.
func (a *app) printServed(s *serving, found *served) error {
	if s.format == "json" {
		return json.NewEncoder(a.stdout).Encode(found)
	}
	if err := a.printf("# %d tables of %s in catalog %s; Ctrl-C ends the warehouse\n", found.Tables, s.data, s.catalog); err != nil {
		return err
	}
	for _, name := range []string{"DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"} {
		if value, ok := found.Environment[name]; ok {
			if err := a.printf("export %s=%s\n", name, shellQuoted(value)); err != nil {
				return err
			}
		}
	}
	return a.printf("export WAREHOUSE=%s\n", shellQuoted(found.URI))
}

// shellQuoted returns a word of a shell.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
