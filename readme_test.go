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

// TestReadmeCommandsAreWhatCIRuns looks for the README's test command in .ci/run
// and for both commands in the Makefile.
func TestReadmeCommandsAreWhatCIRuns(t *testing.T) {
	commands := regexp.MustCompile(`(?m)^\$ (make \w+) `).FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(commands) != 2 || commands[0][1] != "make demo" || commands[1][1] != "make test" {
		t.Fatalf("README.md gives the commands %q, expected make demo and make test", commands)
	}
	if !regexp.MustCompile(`(?m)^step \w+ make test$`).MatchString(read(t, ".ci/run")) {
		t.Error(".ci/run does not run make test as it stands in README.md")
	}
	for _, target := range []string{"demo", "test"} {
		if !regexp.MustCompile(`(?m)^` + target + `:`).MatchString(read(t, "Makefile")) {
			t.Errorf("the Makefile has no target %s", target)
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
