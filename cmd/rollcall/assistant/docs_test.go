package assistant_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

var update = flag.Bool("update", false, "rewrite the answers in docs/assistants.md")

// assistantsPage is the page whose calls are made. Its blocks of language "tool" have a line
//
//	> TOOL {ARGUMENTS}
//
// and below it the text that the tool answers.
const assistantsPage = "../../../docs/assistants.md"

var (
	toolBlock = regexp.MustCompile("(?s)```tool\n> ([a-z_]+) ([^\n]+)\n(.*?)```")
	// made is when the snapshot was made, which differs with every run.
	made = regexp.MustCompile(`(last updated (?:at )?|Read from: )[^\n ]*[^\n :,]`)
)

// TestAssistantsPage makes the calls of docs/assistants.md and compares the answers with the
// page. With -update the page is rewritten.
func TestAssistantsPage(t *testing.T) {
	page, err := os.ReadFile(assistantsPage)
	must(t, err)
	s, _ := studio(t)
	served := connect(t, assistant.NewServiceBackend(s, service.Local()), assistant.Options{})
	snapshot := connect(t, snapshotBackend(t, t.TempDir()), assistant.Options{})
	calls := 0
	got := toolBlock.ReplaceAllStringFunc(string(page), func(block string) string {
		parts := toolBlock.FindStringSubmatch(block)
		var arguments object
		must(t, json.Unmarshal([]byte(parts[2]), &arguments))
		asked := snapshot
		if strings.Contains(parts[1], "source") || strings.Contains(parts[1], "suggest") {
			asked = served
		}
		calls++
		text := made.ReplaceAllString(textOf(asked.result(parts[1], arguments)), "${1}…")
		return "```tool\n> " + parts[1] + " " + parts[2] + "\n" + text + "\n```"
	})
	if calls < 5 {
		t.Fatalf("%s has %d calls", assistantsPage, calls)
	}
	switch diff := cmp.Diff(string(page), got); {
	case diff == "":
	case *update:
		must(t, os.WriteFile(assistantsPage, []byte(got), 0o644)) //nolint:gosec // a page of the documentation
	default:
		t.Errorf("docs/assistants.md is not what the tools answer; go test -run TestAssistantsPage ./cmd/rollcall/assistant -update rewrites it (-page +answered):\n%s", diff)
	}
}

// TestAssistantsPageJSON asserts that the lines for clients are JSON, and name the command.
func TestAssistantsPageJSON(t *testing.T) {
	page, err := os.ReadFile(assistantsPage)
	must(t, err)
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 4 {
		t.Fatalf("%d blocks of JSON", len(blocks))
	}
	for _, b := range blocks {
		var o object
		if err := json.Unmarshal([]byte(b[1]), &o); err != nil {
			t.Errorf("%v:\n%s", err, b[1])
		}
		if !strings.Contains(b[1], "rollcall") {
			t.Errorf("no rollcall in\n%s", b[1])
		}
	}
}
