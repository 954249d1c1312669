package postgres

import (
	"fmt"
	"strings"
)

const (
	mib = 1 << 20

	// assumedMemory is what settings go by where the machine's memory is not known.
	assumedMemory = 4 << 30
	// maxClients is how many connections the pool makes at most; more clients wait.
	maxClients = 48
	// workersBeside is how many processes besides parallel workers PostgreSQL wants
	// to start.
	workersBeside = 8
)

// settings are the lines that a server's configuration ends with.
type settings []string

// sharedBuffers returns the bytes of the server's page cache: a quarter of the
// memory, as PostgreSQL's manual has it.
func sharedBuffers(memory int64) int64 { return max(memory/4, 128*mib) }

// chooseSettings returns the settings for questions over much data by a few
// clients, on a machine of that memory, with that many cores to use.
func chooseSettings(memory int64, threads int, dir string, port int) settings {
	if memory == 0 {
		memory = assumedMemory
	}
	return settings{
		"listen_addresses = '127.0.0.1'",
		fmt.Sprintf("port = %d", port),
		"unix_socket_directories = " + quoteLiteral(dir),
		fmt.Sprintf("max_connections = %d", maxClients+8),
		"timezone = 'UTC'",

		fmt.Sprintf("shared_buffers = %dMB", sharedBuffers(memory)/mib),
		fmt.Sprintf("effective_cache_size = %dMB", memory/2/mib),
		fmt.Sprintf("work_mem = %dMB", max(memory/128, 16*mib)/mib),
		fmt.Sprintf("maintenance_work_mem = %dMB", min(max(memory/16, 64*mib), 2048*mib)/mib),
		// Segments that parallel workers share come from here first, as the system's
		// place for them is small in containers.
		fmt.Sprintf("min_dynamic_shared_memory = %dMB", max(memory/64, 32*mib)/mib),

		// A query's own process works too. With one worker more, queries on two cores
		// took about as long.
		fmt.Sprintf("max_worker_processes = %d", threads+workersBeside),
		fmt.Sprintf("max_parallel_workers = %d", threads-1),
		fmt.Sprintf("max_parallel_workers_per_gather = %d", threads-1),
		fmt.Sprintf("max_parallel_maintenance_workers = %d", threads-1),
		"random_page_cost = 1.1",
		"effective_io_concurrency = 200",
		"default_statistics_target = 500",
		"jit = off", // on, Q5 to Q7 took half as long again, and nothing was clearly faster

		// What is loaded can be loaded again, and no rival keeps it safer.
		"fsync = off",
		"synchronous_commit = off",
		"full_page_writes = off",
		"wal_level = minimal",
		"max_wal_senders = 0",
		"max_wal_size = 8GB",
		"checkpoint_timeout = 1h",
		"autovacuum = off", // VACUUM ANALYZE is run after every load instead
	}
}

// String returns the lines as a file has them.
func (s settings) String() string { return strings.Join(s, "\n") + "\n" }

// quoteLiteral returns text as a literal of SQL or of a configuration file.
func quoteLiteral(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
