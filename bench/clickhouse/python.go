package clickhouse

import (
	"context"
	_ "embed" // for requirements.txt
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/bench/contender"
)

// requirements is what pip installs. The first package is chDB.
//
//go:embed requirements.txt
var requirements []byte

// chdbVersion returns the version of chDB that requirements names.
func chdbVersion() string {
	for line := range strings.Lines(string(requirements)) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "chdb=="); ok {
			return version
		}
	}
	return "of no version" // a test sees to it
}

// findPython returns a Python that has chDB, and the version of that.
func findPython(ctx context.Context, o contender.Options) (python, version string, err error) {
	if o.Python == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", "", fmt.Errorf("a place for chDB: %w", err)
		}
		env := &environment{dir: filepath.Join(cache, "rollcall-bench", "chdb-"+chdbVersion()), python: "python3", progress: o.Progress}
		python, err = env.prepare(ctx)
		return python, chdbVersion(), err
	}
	version, err = installed(ctx, o.Python)
	if err != nil {
		return "", "", fmt.Errorf("%s does not find chDB, expected a Python with chdb installed, as chdb==%s: %w", o.Python, chdbVersion(), err)
	}
	return o.Python, version, nil
}

// installed returns the version of chDB that a Python has. It does not load it,
// which takes a while and the worker does.
func installed(ctx context.Context, python string) (version string, err error) {
	const script = "import importlib.metadata as m; print(m.version('chdb'))"
	var stderr tail
	cmd := exec.CommandContext(ctx, python, "-c", script)
	cmd.Stderr = &stderr
	cmd.WaitDelay = closeBound
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%w%s", err, stderr.after())
	}
	return strings.TrimSpace(string(out)), nil
}
