package main

import (
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// running is the command line of run.
type running struct {
	data, scratch, out, format string
	engines, suites            []string
	runs, threads              int
	budget, clientTime         time.Duration
	clients                    []int
	allClients                 bool // also for other suites than audience
	python                     string
	scaleSizes, scaleAlone     []int
}

// mostClients is how many clients can ask at a time: engines have that many
// connections, and more clients would wait for one of them instead of the engine.
const mostClients = 16

func (a *app) runCommand() *cobra.Command {
	var r running
	var engines, suites, clients, sizes, alone string
	var checkFormat func() error
	cmd := &cobra.Command{
		Use:   "run --data DIR",
		Short: "Compare the answers of engines, then time them",
		Long: `Reads the data of DIR, which "generate" wrote, once, so that it is in the page
cache. Loads it into every engine, and says what that took. Then asks all engines for the customers that each query selects:
where two sets differ the differences are printed, nothing is timed, and the exit
code is 1. Queries that engines of two programs could not be compared on are
listed. Then times the queries, engine against engine in alternation: median,
95th percentile, allocations of engines in this process, and with several
clients at a time throughput and the 99th percentile of their waiting.

--runs is how many rounds are made, in each of which every engine is asked once.
Before that it executes the query for 20 ms, once at least, so that it finds the
processor's caches and cores as it left them itself. The first of these executions
comes right after another program; the median of them is in JSON, as first_us.
--budget ends them early: once the timed executions of one query by one engine
took that long together, and nine rounds are made, the rounds of the query end
for all engines. What comes before and behind the rounds it does not bound:
comparing, warming up, and clients, who have --client-time. Suites export and open
are bounded alike.

Where an error or a signal ends a run, what was measured completely before is
printed all the same, marked as unfinished, and the exit code is the error's.

Engines (--engines):
  rollcall        in this process; a second column, rollcall-cache, has the
                  result cache on
  duckdb          both of the next two
  duckdb-memory   DuckDB in this process, in memory; the column is called duckdb
  duckdb-disk     the same with a file
  postgres        the PostgreSQL that is installed here, on a port and folder of
                  its own
  clickhouse      chDB in a Python process (--python names one that has it)
  databricks      the SQL warehouse that DATABRICKS_HOST and its like name
  bare            a plain loop over bitmaps in memory: the floor

Suites (--suite, or all):
  audience        twelve audiences, Q1 to Q12
  attributes      ranges, lists and negations of attributes
  recency         windows of an hour to three years, at now and in the past
  frequency       at least 1 to 50 events
  random          500 random rules
  export          the members of Q1 with six columns to a Parquet file
  open            the first count, of Q6, of a fresh process: page cache warm and
                  dropped
  refresh         one more day of events
  snapshot        the files of rollcall: a full build, opening, looking keys up,
                  a refresh with one more day, verify and compact, each in a
                  process of its own
  scale           suite audience at 1, 3 and 10 million customers in rollcall and
                  DuckDB in memory, at 30 million in rollcall alone; of --data it
                  takes the shape

Scratch files are removed at the end, and after an interruption.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(); err != nil {
				return err
			}
			if err := needFlags(cmd, "data"); err != nil {
				return err
			}
			if err := r.parse(engines, suites, clients, sizes, alone); err != nil {
				return err
			}
			r.allClients = cmd.Flags().Changed("clients")
			return a.run(cmd.Context(), &r)
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.data, "data", "", "folder of the data")
	f.StringVar(&engines, "engines", "rollcall,duckdb", "engines to measure, with commas between")
	f.StringVar(&suites, "suite", audience, "suites to run, with commas between, or all")
	f.IntVar(&r.runs, "runs", 15, "timed executions per query and engine")
	f.DurationVar(&r.budget, "budget", time.Minute, "time for the timed executions of a query by one engine; over it the rounds end, after nine")
	f.StringVar(&clients, "clients", "1,2,4,16", "numbers of clients to ask with at a time, up to 16, empty for none; of suites other than audience only where this is given")
	f.DurationVar(&r.clientTime, "client-time", time.Second, "how long to ask with each number of clients")
	f.StringVar(&r.out, "out", "", "file for the result; stdout has the text then")
	f.StringVar(&r.scratch, "scratch", "", "folder for the engines' files (default the system's for temporary files)")
	f.IntVar(&r.threads, "threads", runtime.NumCPU(), "cores that each engine may use")
	f.StringVar(&r.python, "python", "", "Python that has chDB (default one that is made in the user's cache folder)")
	f.StringVar(&sizes, "scale-sizes", "1000000,3000000,10000000", "customers of suite scale")
	f.StringVar(&alone, "scale-alone", "30000000", "customers of suite scale in rollcall alone, empty for none")
	checkFormat = formatFlag(cmd, &r.format, "text", "json", "gobench")
	return cmd
}

// parse checks what flags hold that pflag does not know.
func (r *running) parse(engines, suites, clients, sizes, alone string) (err error) {
	if r.engines, err = parseEngines(engines); err != nil {
		return err
	}
	if r.suites, err = parseSuites(suites); err != nil {
		return err
	}
	for _, list := range []struct {
		flag, text string
		numbers    *[]int
		most       int
	}{
		{"clients", clients, &r.clients, mostClients},
		{"scale-sizes", sizes, &r.scaleSizes, 1_000_000_000},
		{"scale-alone", alone, &r.scaleAlone, 1_000_000_000},
	} {
		if *list.numbers, err = parseNumbers(list.flag, list.text, list.most); err != nil {
			return err
		}
	}
	switch {
	case r.runs < 1:
		return usagef("--runs is %d, expected at least 1", r.runs)
	case r.threads < 1:
		return usagef("--threads is %d, expected at least 1", r.threads)
	case r.budget <= 0:
		return usagef("--budget is %v, expected a time above 0", r.budget)
	case r.clientTime <= 0:
		return usagef("--client-time is %v, expected a time above 0", r.clientTime)
	}
	return nil
}

// parseNumbers returns the whole numbers of a list, from 1 to most.
func parseNumbers(flag, list string, most int) ([]int, error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	var numbers []int
	for _, text := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > most {
			return nil, usagef("--%s has %q, expected whole numbers from 1 to %d with commas between", flag, text, most)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
