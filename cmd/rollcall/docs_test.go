package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// audiencesPage is the page whose commands are run. Its console blocks are
//
//	$ rollcall count cdnow.rollcall "orders > 1"
//	… what the command prints …
//
// and its YAML blocks that begin with "# PATH" are files that commands may read.
const audiencesPage = "../../docs/audiences.md"

// TestAudiencesPage runs the commands of docs/audiences.md, one after the other in
// one folder, against the real data, and compares what they print with the page. Times
// that something took are not compared. With -update the page is rewritten.
func TestAudiencesPage(t *testing.T) {
	page, err := os.ReadFile(audiencesPage)
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(audiencesPage)
	if err != nil {
		t.Fatal(err)
	}
	docsFolder(t)
	t.Setenv("ROLLCALL_SALT", "a salt for the pages of docs")
	commands := 0
	got := fencedBlock.ReplaceAllStringFunc(string(page), func(block string) string {
		parts := fencedBlock.FindStringSubmatch(block)
		if name, ok := strings.CutPrefix(strings.SplitN(parts[2], "\n", 2)[0], "# "); ok && parts[1] == "yaml" {
			writeDocsFile(t, name, parts[2])
			return block
		}
		if parts[1] != "console" {
			return block
		}
		commands++
		return "```console\n" + runBlock(t, parts[2]) + "```"
	})
	if commands == 0 {
		t.Fatalf("%s has no console block", audiencesPage)
	}
	switch diff := cmp.Diff(withoutTimes(string(page)), withoutTimes(got)); {
	case diff == "":
	case *update:
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // a page of the documentation
			t.Fatal(err)
		}
	default:
		t.Errorf("docs/audiences.md is not what the commands print; go test -run TestAudiencesPage ./cmd/rollcall -update rewrites it (-page +printed):\n%s", diff)
	}
}

var (
	fencedBlock = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")
	elapsed     = regexp.MustCompile(`\b[0-9.,]+ (ns|µs|ms|s)\b`)
	blanks      = regexp.MustCompile(` {2,}`)
)

// withoutTimes returns text without the times that commands took, nor the widths of
// columns that hold them.
func withoutTimes(text string) string {
	return blanks.ReplaceAllString(elapsed.ReplaceAllString(text, "TIME"), " ")
}

// docsFolder makes a folder the working directory of the test that has what the page
// calls cdnow.rollcall.
func docsFolder(t *testing.T) {
	t.Helper()
	snap := cdnowData.Snapshot(t)
	t.Chdir(t.TempDir())
	if err := os.Symlink(snap, "cdnow.rollcall"); err != nil {
		t.Fatal(err)
	}
}

func writeDocsFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// runBlock runs the commands of a block and returns it with what they print now:
// results, then messages, as a terminal would show both.
func runBlock(t *testing.T, block string) string {
	t.Helper()
	var out strings.Builder
	for _, lines := range splitCommands(block) {
		out.WriteString(lines)
		line := strings.ReplaceAll(strings.TrimPrefix(lines, "$ "), "\\\n", " ")
		args, err := shellWords(line)
		if err != nil || len(args) < 2 || args[0] != "rollcall" {
			t.Fatalf("%q is no command of rollcall: %v", lines, err)
		}
		code, stdout, stderr := rollcall(t, args[1:]...)
		if code != exitDone {
			t.Errorf("%s: exit code %d: %s", strings.TrimSpace(line), code, stderr)
		}
		for _, printed := range strings.SplitAfter(stdout+stderr, "\n") {
			if text := strings.TrimRight(printed, " \n"); text != "" || strings.HasSuffix(printed, "\n") {
				out.WriteString(text + "\n")
			}
		}
	}
	return out.String()
}

// splitCommands returns the lines of each command of a block, with those that a
// backslash continues, without what it prints.
func splitCommands(block string) []string {
	var commands []string
	open := false
	for _, line := range strings.SplitAfter(block, "\n") {
		switch {
		case strings.HasPrefix(line, "$ "):
			commands = append(commands, line)
		case open:
			commands[len(commands)-1] += line
		default:
			continue
		}
		open = strings.HasSuffix(line, "\\\n")
	}
	return commands
}

// shellWords splits a line as a shell does that knows single and double quotes and
// nothing else.
func shellWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inWord := rune(0), false
	for _, r := range line {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == ' ' || r == '\n'):
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		case quote != '\'' && strings.ContainsRune("$`\\", r):
			return nil, fmt.Errorf("%q would need a shell", r)
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote %c is not closed", quote)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
