package clickhouse

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// The test binary stands in for the programs that the package runs, so that its
// tests need neither Python nor chDB: what is in one of these variables says that
// it does, and how it behaves.
const (
	fakeWorkerVariable = "ROLLCALL_FAKE_WORKER"
	fakePythonVariable = "ROLLCALL_FAKE_PYTHON"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(fakeWorkerVariable) != "":
		os.Exit(fakeWorker(os.Getenv(fakeWorkerVariable)))
	case os.Getenv(fakePythonVariable) != "":
		os.Exit(fakePython(os.Getenv(fakePythonVariable), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// needChDB skips a test where ROLLCALL_BENCH_ENGINES does not name clickhouse:
// chDB is 600 MB to download. It returns the Python to use, as Options has it.
func needChDB(t *testing.T) (python string) {
	t.Helper()
	if !slices.Contains(strings.Split(os.Getenv("ROLLCALL_BENCH_ENGINES"), ","), name) {
		t.Skip("set ROLLCALL_BENCH_ENGINES=clickhouse to test with chDB, in the Python that ROLLCALL_BENCH_PYTHON names")
	}
	return os.Getenv("ROLLCALL_BENCH_PYTHON")
}

// fail prints a message where a program does, and returns a status.
func fail(status int, format string, args ...any) int {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	return status
}
