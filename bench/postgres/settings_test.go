package postgres

import (
	"slices"
	"testing"
)

func TestChooseSettings(t *testing.T) {
	for _, test := range []struct {
		memory  int64
		threads int
		want    []string
	}{
		{24 << 30, 2, []string{"shared_buffers = 6144MB", "work_mem = 192MB", "max_parallel_workers = 1"}},
		{1 << 30, 1, []string{"shared_buffers = 256MB", "work_mem = 16MB", "max_parallel_workers_per_gather = 0"}},
		{0, 8, []string{"shared_buffers = 1024MB", "max_parallel_workers_per_gather = 7"}},
	} {
		got := chooseSettings(test.memory, test.threads, "it's here", 4711)
		for _, line := range append(test.want, "port = 4711", "listen_addresses = '127.0.0.1'", "unix_socket_directories = 'it''s here'") {
			if !slices.Contains(got, line) {
				t.Errorf("%d bytes, %d threads: %q is not in %q", test.memory, test.threads, line, got)
			}
		}
	}
}
