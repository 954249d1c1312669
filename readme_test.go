package rollcall_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeExampleIsTheCompiledOne compares the embedding example of README.md
// with the body of the Example of package engine, line by line.
func TestReadmeExampleIsTheCompiledOne(t *testing.T) {
	shown := between(t, "README.md", "```go\n", "```")
	compiled := between(t, "engine/example_test.go", "func Example() {\n", "\t// Output:")
	compiled = regexp.MustCompile(`(?m)^\t`).ReplaceAllString(compiled, "")
	if strings.TrimSpace(shown) != strings.TrimSpace(compiled) {
		t.Errorf("README.md shows\n%s\nengine/example_test.go compiles\n%s", shown, compiled)
	}
}

// TestReadmeCommandsAreWhatCIRuns looks for the README's make commands in the
// Makefile and, but for the demo, in .ci/run. The first two are the demo and the
// tests, which .ci/run runs as they stand there.
func TestReadmeCommandsAreWhatCIRuns(t *testing.T) {
	var targets []string
	for _, found := range regexp.MustCompile(`(?m)^\$ make ([\w-]+) `).FindAllStringSubmatch(read(t, "README.md"), -1) {
		targets = append(targets, found[1])
	}
	if len(targets) < 2 || targets[0] != "demo" || targets[1] != "test" {
		t.Fatalf("README.md gives the targets %q, expected demo and test first", targets)
	}
	for i, target := range targets {
		if !regexp.MustCompile(`(?m)^` + target + `:`).MatchString(read(t, "Makefile")) {
			t.Errorf("the Makefile has no target %s", target)
		}
		step := `(?m)^\t?step [\w-]+ .*make ` + target + `$`
		switch {
		case i == 0:
			continue
		case i == 1:
			step = `(?m)^step \w+ make test$`
		}
		if !regexp.MustCompile(step).MatchString(read(t, ".ci/run")) {
			t.Errorf(".ci/run does not run make %s", target)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// between returns the text of a file after the first start and before the next
// end.
func between(t *testing.T, path, start, end string) string {
	t.Helper()
	_, rest, ok := strings.Cut(read(t, path), start)
	body, _, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no text between %q and %q", path, start, end)
	}
	return body
}
