# Every target is one thing a contributor does. Go and gcc are all it takes, save
# where a target says otherwise.

# Recipes are bash; the make of macOS, 3.81, runs them too.
SHELL := bash

# testdata/cdnow is named because ./... leaves testdata out.
PACKAGES := ./... ./testdata/cdnow/...
TOOL     := go tool -modfile=tools/go.mod

# The linter's cache belongs to this checkout: findings of another one, whose
# paths are gone, would be reported here.
export GOLANGCI_LINT_CACHE := $(CURDIR)/bin/lint-cache

# packages_with lists the folders whose tests match a pattern.
packages_with = $$(grep -rl --include='*_test.go' '$(1)' . | sed 's|/[^/]*$$||' | sort -u)

# The random rules that the executions are compared on; the seed of the clock
# unless one is given. ROLLCALL_POSTGRES, the URL of a server, adds PostgreSQL.
ROLLCALL_RULES ?= 20000
ROLLCALL_SEED  ?=

# How often the failure tests kill a process that refreshes a snapshot.
ROLLCALL_KILLS ?= 200

# What the engines' test compares all engines on: small, since every suite runs.
BENCH_CUSTOMERS := 3000

# Where the Python of test-spark is; git ignores it.
SPARK_VENV := bin/venv-spark

# Where the Python of test-interop is; git ignores it.
INTEROP_VENV := bin/venv-interop

FUZZTIME ?= 30s

# How many pulls fuzz makes with random faults of the warehouse.
ROLLCALL_FAULTS ?= 1000

# The packages of the studio; the tests of the whole process are the command's.
STUDIO := $(addprefix ./cmd/rollcall/,access api assistant audit jobs page registry schedule service)

REF      ?= main
BENCH    ?= .

.PHONY: help demo build test race differential test-postgres test-spark test-interop test-engines test-page test-studio test-portable lint tidy golden fuzz crash bench bench-compare cover ci

help:
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

demo: ## the main job, start to end, on real data (DIR= keeps the result)
	go run ./cmd/rollcall demo $(DIR)

build: ## bin/rollcall, pure Go, and bin/rollcall-bench, which links DuckDB
	CGO_ENABLED=0 go build -trimpath -o bin/rollcall ./cmd/rollcall
	go build -trimpath -buildvcs=auto -o bin/rollcall-bench ./cmd/rollcall-bench

test: ## all tests
	go test $(PACKAGES)

race: ## all tests under the race detector
	go test -race $(PACKAGES)

differential: ## ROLLCALL_RULES=20000 random rules: index, oracle and SQL agree (ROLLCALL_SEED=)
	ROLLCALL_RULES=$(ROLLCALL_RULES) ROLLCALL_SEED=$(ROLLCALL_SEED) \
		go test -count=1 -timeout 30m -v -run '^TestDifferential$$' ./bench/difftest/executions

test-postgres: ## all cases and random rules on PostgreSQL, too, and PostgreSQL as a source (Debian's postgresql; root installs it)
	bench/difftest/postgres.sh go test -count=1 -timeout 30m -v -run '^Test(Cases|Examples|Differential|EventColumns.*)$$' ./bench/difftest/executions
	bench/difftest/postgres.sh go test -count=1 -timeout 30m ./federate/postgres/...
	bench/difftest/postgres.sh go test -count=1 -timeout 30m -run Postgres ./federate ./cmd/rollcall

test-spark: $(SPARK_VENV)/ready ## examples and random rules on Apache Spark (Java 17 and Python 3)
	ROLLCALL_SPARK=$(CURDIR)/$(SPARK_VENV)/bin/python \
		go test -count=1 -timeout 30m -v -run '^TestSpark' ./bench/difftest/executions

$(SPARK_VENV)/ready: bench/difftest/spark/requirements.txt
	python3 -m venv $(SPARK_VENV)
	$(SPARK_VENV)/bin/pip install --quiet --requirement $<
	touch $@

test-interop: $(INTEROP_VENV)/ready ## in Python: snapshots by docs/format.md alone, exports by pyarrow (Python 3)
	ROLLCALL_INTEROP=$(CURDIR)/$(INTEROP_VENV)/bin/python \
		go test -count=1 -v -run '^TestInterop' ./ingest/interop ./federate/export

$(INTEROP_VENV)/ready: ingest/interop/requirements.txt
	python3 -m venv $(INTEROP_VENV)
	$(INTEROP_VENV)/bin/pip install --quiet --requirement $<
	touch $@

test-page: ## the page's types and tests, and that what is embedded is what its sources make (Node 20)
	cmd/rollcall/page/build.sh --check

test-studio: ## the studio: API, security, load, crashes, and the page in a browser (Node 20, Debian's chromium)
	@set -o pipefail; { go test -count=1 -v $(STUDIO) && \
		cmd/rollcall/page/story/chromium.sh go test -count=1 -timeout 20m -v -run '^Test(Studio|APIPage)' ./cmd/rollcall; } | awk ' \
		/: tally: /                { sub(/.*: tally: /, ""); print; next } \
		/^=== |^ +--- PASS|^PASS$$|no test files/ { next } \
		/^--- PASS/                { passed++; next } \
		/^--- FAIL/                { failed++ } \
		                           { print } \
		END                        { print passed + 0 " passed, " failed + 0 " failed"; exit passed == 0 || failed > 0 }'

test-portable: ## bitmaps and execution as machines without AVX-512, and those that cannot read words in place, run them
	go test -race ./bitmap/ ./engine/exec/
	go test -tags purego ./bitmap/ ./engine/exec/
	GOARCH=arm64 go vet ./bitmap/

test-engines: ## the benchmark's engines, PostgreSQL and ClickHouse too: their contract, and equal customers in every suite
	bench/difftest/postgres.sh go test -count=1 -timeout 30m ./bench/suite
	ROLLCALL_BENCH_ENGINES=postgres,clickhouse go test -count=1 -timeout 30m -run '^TestContract$$' -v ./bench/postgres ./bench/clickhouse
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		go build -o "$$dir/rollcall-bench" ./cmd/rollcall-bench && \
		"$$dir/rollcall-bench" generate --customers $(BENCH_CUSTOMERS) --out "$$dir/data" && \
		"$$dir/rollcall-bench" run --data "$$dir/data" --engines rollcall,duckdb,postgres,clickhouse,bare \
			--suite audience,attributes,recency,frequency,random,export,open,refresh,snapshot --runs 3 --clients ''

lint: ## gofmt, and golangci-lint with what go vet checks
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not as gofmt writes it:" $$files >&2; exit 1; fi
	$(TOOL) golangci-lint run $(PACKAGES)

tidy: ## the house rules, and both go.mod files as go mod tidy writes them
	go test -count=1 .
	go mod tidy -diff
	go -C tools mod tidy -diff

golden: ## rewrite the golden files, then list what changed
	@for dir in $(call packages_with,cockroachdb/datadriven"); do go test $$dir -rewrite || exit; done
	@for dir in $(call packages_with,flag.Bool."update"); do go test $$dir -update || exit; done
	git diff --stat

fuzz: ## every fuzz target in turn, FUZZTIME=30s each, then 1,000 pulls with random faults (ROLLCALL_FAULTS=)
	@for dir in $(call packages_with,^func Fuzz); do \
		for target in $$(go test -list '^Fuzz' $$dir | grep '^Fuzz'); do \
			echo "== $$dir $$target, $(FUZZTIME)"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$dir || exit; \
		done; \
	done
	ROLLCALL_FAULTS=$(ROLLCALL_FAULTS) go test -count=1 -timeout 30m -run '^TestFaultSequences$$' -v ./federate/databricks

crash: ## the failure tests in full, for minutes: every cut, fault, byte and length, ROLLCALL_KILLS=200 (ROLLCALL_SEED=)
	@set -o pipefail; ROLLCALL_CRASH=all ROLLCALL_KILLS=$(ROLLCALL_KILLS) ROLLCALL_SEED=$(ROLLCALL_SEED) \
		go test -run 'Crash|Fault' -count=1 -timeout 2h -v ./engine/keys/ ./engine/store/... ./ingest/ | awk ' \
		/: tally: /         { sub(/.*: tally: /, ""); n = $$1; sub(/^[0-9]+ /, ""); if (!($$0 in sum)) what[++kinds] = $$0; sum[$$0] += n; next } \
		/^=== |^ +--- PASS|no test files/ { next } \
		/^--- /             { tests++ } \
		/^--- FAIL/         { failed++ } \
		                    { print } \
		END                 { print tests + 0, "failure tests,", failed + 0, "of them failed"; \
		                      for (i = 1; i <= kinds; i++) if (what[i] != "losses") print sum[what[i]], what[i]; \
		                      print sum["losses"] + 0, "losses"; exit tests == 0 || sum["losses"] > 0 }'

bench: ## every Go benchmark (BENCH= a pattern)
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)

bench-compare: ## benchmarks here against REF=main, 10 runs each, by benchstat
	@mkdir -p bin
	git worktree add --force --detach bin/ref '$(REF)'
	@status=0; \
	run="test -run ^\$$ -bench $(BENCH) -benchmem -count 10 $(PACKAGES)"; \
	go -C bin/ref $$run > bin/bench-ref.txt && go $$run > bin/bench-here.txt || status=$$?; \
	git worktree remove --force bin/ref; \
	exit $$status
	$(TOOL) benchstat '$(REF)=bin/bench-ref.txt' here=bin/bench-here.txt

cover: ## coverage by function in cover.out, and the total
	go test -coverprofile=cover.out $(PACKAGES)
	go tool cover -func=cover.out | tail -n 1

ci: ## what CI runs, in order
	.ci/run
