package rule

import (
	"fmt"
	"strings"
	"testing"
)

// TestReferences: which segment a reference means, and which it does not.
func TestReferences(t *testing.T) {
	var files []*SegmentFile
	for _, s := range []struct{ path, name, id string }{
		{"a/1234", "1234", ""}, {"b/VIP", "VIP", "3"}, {"c/other", "other", "77"}, {"d/77", "77", ""},
	} {
		r, err := Parse(fmt.Sprintf("country = '%s'", s.path))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &SegmentFile{Path: s.path, Name: s.name, ID: s.id, Rule: r})
	}
	library := NewLibrary(files)
	for _, c := range []struct{ file, want string }{
		{`{type: Reference, id: "3"}`, "b/VIP"},
		{`{type: Reference, id: 77}`, "c/other"},
		{`{type: Reference, id: "1234"}`, "UNKNOWN_SEGMENT"}, // a name is no id
		{`{type: Reference, name: "1234"}`, "a/1234"},
		{`{type: Reference, name: VIP, id: "77"}`, "c/other"},
		{`{type: include, segment: VIP, id: "77"}`, "b/VIP"},
		{`{type: include, segment: "77"}`, "AMBIGUOUS_SEGMENT"}, // a name and an id
	} {
		f, err := ParseFile("rule.yml", []byte(c.file))
		if err != nil {
			t.Fatal(err)
		}
		checked, err := Check(f.Rule, testSchema("UTC"), library)
		got := ""
		switch errs, isErrors := err.(Errors); { //nolint:errorlint // Check promises Errors
		case isErrors:
			got = string(errs[0].Code)
		case err != nil:
			t.Fatal(err)
		default:
			got = checked.Root.(*SegmentTest).Segment.Path
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.file, got, c.want)
		}
	}
	// As text, an id finds its file where no name is in its way.
	if c, err := parseCheckIn("segment '3'", library); err != nil || c.Root.(*SegmentTest).Segment.Path != "b/VIP" {
		t.Errorf("segment '3': %v", err)
	}
}

func parseCheckIn(text string, library *Library) (*Checked, error) {
	r, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return Check(r, testSchema("UTC"), library)
}

// TestSegmentDepth: chains are bounded wherever they are entered first.
func TestSegmentDepth(t *testing.T) {
	var files []*SegmentFile
	for i := range 900 {
		text := "visits = 1"
		if i > 0 {
			text = fmt.Sprintf("segment 's%d'", i-1)
		}
		r, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("s%d", i)
		files = append(files, &SegmentFile{Path: name, Name: name, Rule: r})
	}
	for rule, ok := range map[string]bool{
		"segment 's499'":                       true,
		"segment 's500'":                       false,
		"segment 's899'":                       false,
		"segment 's450' and segment 's499'":    true,
		"segment 's450' and segment 's899'":    false,
		"segment 's300' or not segment 's600'": false,
	} {
		_, err := parseCheckIn(rule, NewLibrary(files))
		if ok && err != nil || !ok && (err == nil || !strings.Contains(err.Error(), "more than 500 deep")) {
			t.Errorf("%s: error %v", rule, err)
		}
	}
}

// TestEmptyFilter: a filter without conditions lets every event pass, and nothing
// that would change that is passed over.
func TestEmptyFilter(t *testing.T) {
	for filter, ok := range map[string]bool{
		"{type: And, conditions: []}":                true,
		"{}":                                         true,
		"{type: And, conditions: [], not: true}":     false,
		"{type: And, conditions: [], typo: 1}":       false,
		"{type: Or, conditions: [], exclude: false}": false,
	} {
		_, err := ParseFile("rule.yml", []byte("{type: Value, source: purchase, aggregation: {type: Count}, filter: "+filter+", operator: {type: Equal, value: 0}}"))
		if ok != (err == nil) {
			t.Errorf("%s: error %v", filter, err)
		}
	}
}

// TestCheckReferences: without a schema, references are judged all the same.
func TestCheckReferences(t *testing.T) {
	for _, c := range []struct{ rule, want string }{
		{"nothing_like_it = 1 and segment 'Base'", ""},
		{"segment 'Broken'", ""},
		{"not (a = 1 or segment 'nowhere') and segment 'Same'", "1:23: unknown segment 'nowhere'\n1:46: 2 segments are called 'Same'"},
		{"segment 'Loop/one'", "segment 'Loop/three':1:9: a segment refers to itself: 'Loop/one' → 'Loop/two' → 'Loop/three' → 'Loop/one'"},
	} {
		r, err := Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := CheckReferences(r, testLibrary); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.rule, got, c.want)
		}
	}
}
