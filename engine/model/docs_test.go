package model

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const documentation = "../../docs/configuration.md"

// documentedExamples returns the YAML blocks of docs/configuration.md.
func documentedExamples(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for i, part := range strings.Split(string(text), "```yaml\n") {
		if i == 0 {
			continue
		}
		block, _, closed := strings.Cut(part, "\n```")
		if !closed {
			t.Fatalf("%s: a block that starts with %.40q is not closed", documentation, part)
		}
		blocks = append(blocks, block+"\n")
	}
	return blocks
}

func TestDocumentedExamples(t *testing.T) {
	blocks := documentedExamples(t)
	if len(blocks) < 2 {
		t.Errorf("%s has %d YAML blocks, want at least 2", documentation, len(blocks))
	}
	for _, block := range blocks {
		if _, err := ParseBook(documentation, []byte(block)); err != nil {
			t.Errorf("%v\nin the block\n%s", err, block)
		}
	}
}

// TestDocumentation checks that the page names every key, type, code and limit.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	words := KindNames()
	for _, keys := range []mapKeys{bookKeys, masterKeys, filterKeys, attributeKeys, behaviorKeys} {
		words = append(append(words, keys.known...), keys.later...)
	}
	for _, code := range everyCode {
		words = append(words, string(code))
	}
	for _, limit := range []int{MaxConfigBytes, MaxConfigDepth, MaxConfigMarks, MaxFilters, MaxProblems} {
		if !strings.Contains(string(text), "| "+grouped(limit)) && !strings.Contains(string(text), "("+grouped(limit)+" bytes)") {
			t.Errorf("%s does not name the limit %s", documentation, grouped(limit))
		}
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if !strings.Contains(string(text), "`"+word+"`") {
			t.Errorf("%s does not name `%s`", documentation, word)
		}
	}
}

// grouped writes a number as the page does: 65,536.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return grouped(n/1000) + fmt.Sprintf(",%03d", n%1000)
}

var everyCode = []Code{
	CodeSyntax, CodeUnsupported, CodeUnknownKey, CodeDuplicateKey, CodeMissingKey, CodeMissingName, CodeEmptyName,
	CodeInvalidValue, CodeInvalidType, CodeInvalidTimezone, CodeConflictingKeys, CodeDuplicateName, CodeAmbiguousName,
}

// TestDocumentedError checks the error that the page shows.
func TestDocumentedError(t *testing.T) {
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ParseBook("parent.yml", []byte("name: x\ntimezone: Asia/Tokio\nmaster_table:\n  table: t\n  key_colum: k\n"))
	if err == nil || !strings.Contains(string(text), "```text\n"+err.Error()+"\n```") {
		t.Errorf("%s does not show the error\n%v", documentation, err)
	}
}
