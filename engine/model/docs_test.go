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

// documentedExamples returns the blocks of YAML and JSON in
// docs/configuration.md.
func documentedExamples(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for rest := string(text); ; {
		_, after, found := strings.Cut(rest, "\n```")
		if !found {
			return blocks
		}
		block, next, closed := strings.Cut(after, "\n```")
		if !closed {
			t.Fatalf("%s: a block that starts with %.40q is not closed", documentation, after)
		}
		if language, content, _ := strings.Cut(block, "\n"); language == "yaml" || language == "json" {
			blocks = append(blocks, content+"\n")
		}
		rest = next
	}
}

// TestDocumentedExamples reads the examples of the page, of which each form has
// one.
func TestDocumentedExamples(t *testing.T) {
	examples := map[Form]int{}
	for _, block := range documentedExamples(t) {
		segment, form, err := ParseForm(documentation, []byte(block))
		if err != nil {
			t.Errorf("%v\nin the block\n%s", err, block)
			continue
		}
		checkRoundTrip(t, segment)
		examples[form]++
	}
	for form := FormBook; form <= FormAudienceAPI; form++ {
		if examples[form] == 0 {
			t.Errorf("%s has no example of the %s form", documentation, form)
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
	for _, keys := range everyKey {
		words = append(append(words, keys.known...), keys.ignored...)
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

var everyKey = []mapKeys{
	topKeys[FormBook], topKeys[FormGrouped], topKeys[FormComposableYAML], topKeys[FormComposableJSON], topKeys[FormAudienceAPI],
	filterKeys, scheduleKeys, bookMasterKeys, bookAttributeKeys, bookBehaviorKeys, bookFields.item, computedKeys,
	groupedMasterKeys, groupedSourceKeys, groupedJoinKeys, groupedGroupKeys, groupedColumnKeys, groupedBehaviorKeys,
	composableYAML.master, composableYAML.attribute, composableYAML.behavior, *composableYAML.join, composableYAML.fields.item,
	composableJSON.master, composableJSON.attribute, composableJSON.behavior, composableJSON.fields.item,
	audienceMasterKeys, audienceAttributeKeys, audienceBehaviorKeys, audienceFields.item,
}

var everyCode = []Code{
	CodeSyntax, CodeUnknownKey, CodeDuplicateKey, CodeMissingKey, CodeMissingName, CodeEmptyName,
	CodeInvalidValue, CodeInvalidType, CodeInvalidTimezone, CodeConflictingKeys, CodeDuplicateName, CodeUnknownBehavior, CodeAmbiguousName,
}

// TestDocumentedError checks the error that the page shows.
func TestDocumentedError(t *testing.T) {
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("parent.yml", []byte("name: x\ntimezone: Asia/Tokio\nmaster_table:\n  table: t\n  key_colum: k\n"))
	if err == nil || !strings.Contains(string(text), "```text\n"+err.Error()+"\n```") {
		t.Errorf("%s does not show the error\n%v", documentation, err)
	}
}
