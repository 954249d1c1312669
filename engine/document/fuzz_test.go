package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// mostTime is far more than any text may take, on a machine with other work.
const mostTime = 10 * time.Second

// FuzzParse checks what holds of every text in either syntax: places lie in the
// text, and plain scalars are the text at their places.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"a: 1\nb: [x, \"y\", 'z']\nc:\n  - d: ~\n  -\n", `{"a": [1.50, true, null, "\ud83d\ude00"]}`, "{type: Value}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// The fuzzer has no clock of its own: an input that never ends goes unseen.
		clock := time.AfterFunc(mostTime, func() { panic(fmt.Sprintf("reading takes longer than %v", mostTime)) })
		defer clock.Stop()
		for _, read := range []func([]byte) (*Node, []Problem){ParseYAML, ParseJSON, Parse} {
			root, problems := read(data)
			checkResult(t, data, root, problems)
		}
		root, problems := ParseJSON(data)
		if len(problems) == 0 {
			checkJSON(t, data, root)
		} else if problems[0].Code == Syntax && json.Valid(withoutMark(data)) && !loneSurrogate(data) && utf8.Valid(data) && len(data) < 1000 {
			t.Errorf("%q is JSON, but gives %v", data, problems)
		}
	})
}

// checkJSON compares a tree with what the standard library reads.
func checkJSON(t *testing.T, data []byte, root *Node) {
	decoder := json.NewDecoder(bytes.NewReader(withoutMark(data)))
	decoder.UseNumber()
	var want any
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("%q is read, but not by encoding/json: %v", data, err)
	}
	if got, want := fmt.Sprintf("%#v", plainValue(root)), fmt.Sprintf("%#v", want); got != want {
		t.Errorf("%q is %s, want %s", data, got, want)
	}
}

// plainValue returns a tree as encoding/json has it.
func plainValue(n *Node) any {
	switch n.Kind {
	case List:
		items := []any{}
		for _, item := range n.Items {
			items = append(items, plainValue(item))
		}
		return items
	case Map:
		pairs := map[string]any{}
		for _, p := range n.Pairs {
			pairs[p.Key.Text] = plainValue(p.Value)
		}
		return pairs
	}
	switch {
	case n.Style == Quoted:
		return n.Text
	case n.Text == "null":
		return nil
	case n.Text == "true" || n.Text == "false":
		return n.Text == "true"
	}
	return json.Number(n.Text)
}

// loneSurrogate reports whether a text may have an escape that encoding/json
// reads as U+FFFD.
func loneSurrogate(data []byte) bool {
	return strings.Contains(strings.ToLower(string(data)), `\ud`)
}

// checkResult checks what holds of every result of a reader.
func checkResult(t *testing.T, data []byte, root *Node, problems []Problem) {
	t.Helper()
	if root == nil && len(problems) == 0 || len(problems) > DefaultLimits.Problems {
		t.Errorf("got the root %v and %d problems", root, len(problems))
	}
	for _, p := range problems {
		if p.Code == 0 || p.Message == "" || p.Line < 1 || p.Column < 1 {
			t.Errorf("got the problem %+v", p)
		}
		if p.Offset < 0 || p.Length < 0 || p.Offset+p.Length > len(data) {
			t.Errorf("the problem %+v is not within %d bytes", p, len(data))
		}
		if !utf8.ValidString(p.Message) || strings.ContainsAny(p.Message+p.Hint+p.Path.String(), "\r\n") {
			t.Errorf("got the message %q", p.Message)
		}
	}
	if root != nil {
		checkNode(t, data, root, len(problems) > 0)
	}
}

func checkNode(t *testing.T, data []byte, n *Node, refused bool) {
	end := n.Offset + n.Length
	if n.Offset < 0 || n.Length < 0 || end > len(data) || n.Line < 1 || n.Column < 1 {
		t.Errorf("the node %q at %d:%d has the bytes [%d, %d) of %d", n.Text, n.Line, n.Column, n.Offset, end, len(data))
		return
	}
	source := string(data[n.Offset:end])
	switch {
	case n.Kind == 0 && !refused:
		t.Errorf("a node at %d:%d is refused without a problem", n.Line, n.Column)
	case n.Kind == Scalar && n.Style == Plain && !refused && !strings.ContainsAny(source, "\r\n\u0085\u2028\u2029") && source != n.Text:
		t.Errorf("the plain scalar %q at %d:%d has the source %q", n.Text, n.Line, n.Column, source)
	case n.Kind == Scalar && n.Style == Quoted && !refused && !strings.Contains(`"'|>`, source[:1]):
		t.Errorf("the quoted scalar %q at %d:%d has the source %q", n.Text, n.Line, n.Column, source)
	}
	for _, item := range n.Items {
		checkNode(t, data, item, refused)
	}
	for _, p := range n.Pairs {
		checkNode(t, data, p.Key, refused)
		checkNode(t, data, p.Value, refused)
	}
}
