package rule

import (
	"errors"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
)

// ParseFile reads a rule from a file in YAML or JSON, in either of the published
// shapes of segments, or in a mixture of them. The content decides what it is:
//
//   - a mapping with a key "rule" is a segment; its other keys are kept and not
//     acted on, but for "name", "id" and "folder";
//   - a mapping whose "type" is that of a condition is a bare rule;
//   - a list is the conditions of an And.
//
// The name may be missing here; a library wants one. The Path of the result is
// "folder/name" where the file says its folder, else the name.
//
// A behavior's name is its source without one "behavior_" in front, where it has
// that. Values keep the text of the file: they take the type of the column that
// they meet when the rule is checked.
//
// All problems of a file are returned together, as [Errors], with filename in
// them. A file may come from anywhere: time and memory are bounded, and no file
// makes ParseFile panic.
func ParseFile(filename string, data []byte) (*SegmentFile, error) {
	f, errs := parseFile(filename, data)
	if len(errs) > 0 {
		return nil, errs
	}
	return &f.SegmentFile, nil
}

// CheckFile reads a file as [ParseFile] does and checks its rule as [Check] does.
// The problems of both are returned together, those of the checker as far as the
// file could be read.
func CheckFile(filename string, data []byte, schema *model.Schema, segments *Library) (*SegmentFile, *Checked, error) {
	f, errs := parseFile(filename, data)
	if len(errs) == 0 {
		c, err := Check(f.Rule, schema, segments)
		return &f.SegmentFile, c, err
	}
	if f == nil || f.readable == nil {
		return nil, nil, errs
	}
	_, err := Check(f.readable, schema, segments)
	var more Errors
	if errors.As(err, &more) {
		errs = slices.Concat(errs, more)
	}
	own := slices.DeleteFunc(slices.Clone(errs), func(e *Error) bool { return e.File != filename })
	others := slices.DeleteFunc(slices.Clone(errs), func(e *Error) bool { return e.File == filename })
	errs = slices.Concat(own.sorted(), others) // those of segments that it refers to last
	return nil, nil, errs[:min(len(errs), MaxErrors)]
}

// parsedFile is a segment file and the folder that it gives, nil where it gives
// none.
type parsedFile struct {
	SegmentFile
	folder   *string
	readable *Rule // what could be read of the rule, where there are problems; may be nil
}

func parseFile(filename string, data []byte) (*parsedFile, Errors) {
	r := &fileReader{source: source(data), file: filename}
	root, problems := document.ParseFile(filename, data)
	r.root = root
	for _, p := range problems {
		r.addProblem(p)
	}
	if root == nil || slices.ContainsFunc(problems, func(p document.Problem) bool { return p.Code != document.Duplicate }) {
		return nil, r.errs.sorted()
	}
	f := &parsedFile{SegmentFile: SegmentFile{File: filename}}
	top := r.top(f)
	if top != nil {
		f.Rule = r.finish(top)
	}
	if len(r.errs) > 0 {
		f.readable = f.Rule
		return f, r.errs.sorted()
	}
	f.Path = f.Name
	if f.folder != nil {
		f.Path = joinFolder(*f.folder, f.Name)
	}
	return f, nil
}

// joinFolder returns the path of a segment. A folder has no slashes at its ends
// and no empty parts.
func joinFolder(folder, name string) string {
	parts := strings.FieldsFunc(folder, func(r rune) bool { return r == '/' })
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "." })
	return strings.Join(append(parts, name), "/")
}

// fileReader reads one file. Its methods return what they could read and note
// problems about the rest, so that one pass finds them all. A method that noted
// a problem returns nil or whatever it likes: the rule is dropped then.
type fileReader struct {
	source
	file   string
	root   *document.Node
	depth  int  // of conditions within each other
	fields bool // within a filter: conditions are about fields
	errs   Errors
}

// full reports whether further problems would not be shown.
func (r *fileReader) full() bool { return len(r.errs) >= MaxErrors }

// segmentKeys are the keys of a segment file that are acted on.
var segmentKeys = []string{"name", "rule", "id", "folder"}

// top reads the whole file into f and returns its rule, as far as it has one.
func (r *fileReader) top(f *parsedFile) node {
	var root node
	switch n := r.root; {
	case n.Kind == document.List:
		root = r.conditions(n, "and")
	case n.Kind != document.Map:
		r.notARule(n)
	case n.Find("rule") != nil:
		root = r.segment(f)
	case isConditionType(n.Find("type")):
		root = r.condition(n)
	default:
		r.noRule(n)
	}
	return root
}

// segment reads a segment file.
func (r *fileReader) segment(f *parsedFile) node {
	for _, p := range r.root.Pairs {
		switch p.Key.Text {
		case "name":
			f.Name = r.optionalText(p.Value)
		case "id":
			f.ID = r.optionalText(p.Value)
		case "folder":
			if text := r.optionalText(p.Value); !p.Value.IsNull() {
				f.folder = &text
			}
			f.Extra = append(f.Extra, p)
		case "rule":
		default:
			f.Extra = append(f.Extra, p)
		}
	}
	rule := r.root.Find("rule")
	if rule.IsNull() {
		r.emptyFileRule(rule)
		return nil
	}
	if rule.Kind == document.List {
		return r.conditions(rule, "and")
	}
	return r.condition(rule)
}

// optionalText returns the text of a scalar, "" of a null.
func (r *fileReader) optionalText(n *document.Node) string {
	if n.IsNull() {
		return ""
	}
	return r.text(n)
}

// finish returns the rule of a tree without problems. A Composite may name a
// condition several times, and conditions in it again: such a tree shares nodes,
// and what it would be in full is bounded before it is made.
func (r *fileReader) finish(root node) *Rule {
	if size := textSize(root, map[node]int{}); size > MaxBytes {
		r.tooLongInFull()
		return nil
	}
	root = flatten(root)
	if textDepth(root) > MaxDepth {
		r.tooDeepInFull()
		return nil
	}
	fillText(root)
	rule := &Rule{source: r.source, root: root, loose: true, file: r.file, paths: pathIndex{r.root}}
	if len(rule.String()) > MaxBytes {
		r.tooLongInFull()
		return nil
	}
	return rule
}

// textSize returns about how long the canonical text of a tree is, or some
// number above MaxBytes where it is longer than that. Shared nodes count as often
// as they are joined, and take time once.
func textSize(n node, seen map[node]int) int {
	if size, ok := seen[n]; ok {
		return size
	}
	size := 0
	switch n := n.(type) {
	case *logicNode:
		for _, operand := range n.nodes {
			size = min(size+len(" or ")+textSize(operand, seen), MaxBytes+1)
		}
	case *notNode:
		size = len("not ") + textSize(n.node, seen)
	case *testNode:
		size = n.size()
		if n.where != nil {
			size += len(" where ()") + textSize(n.where, seen)
		}
	case *sequenceNode:
		for _, s := range n.steps {
			size = min(size+len(" then not  within  minutes")+maxCountDigits+textSize(s.test, seen), MaxBytes+1)
		}
	case *segmentNode:
		size = len("segment ''") + len(n.ref)
	}
	seen[n] = min(size, MaxBytes+1)
	return seen[n]
}

// size returns about how long the canonical text of the test is, its where aside.
func (n *testNode) size() int {
	size := len("first ") + len(n.name.text)
	ops := []*opNode{n.op}
	if n.aggregate != nil {
		size += len(" count distinct ")
		if n.aggregate.field != nil {
			size += len(n.aggregate.field.text)
		}
		ops = append(ops, n.aggregate.test)
	}
	if n.quant != nil {
		size += len(" at least ")
	}
	if n.window != nil {
		size += len(" for days from days ago") + len(n.window.from.str) + len(n.window.to.str)
	}
	for _, o := range ops {
		if o == nil {
			continue
		}
		size += len(" starts with ")
		for _, v := range o.values {
			size += len(", ''") + len(v.str) + len(v.num.whole) + len(v.num.frac)
		}
	}
	return size
}

// textDepth returns how many brackets and "not" are open around the innermost
// condition of the canonical text.
func textDepth(n node) int {
	deepest := 0
	switch n := n.(type) {
	case *logicNode:
		for _, operand := range n.nodes {
			d := textDepth(operand)
			if inner, ok := operand.(*logicNode); ok && n.word == "and" && inner.word == "or" {
				d++
			}
			deepest = max(deepest, d)
		}
	case *notNode:
		deepest = 1 + textDepth(n.node)
		if isJoined(n.node) {
			deepest++
		}
	case *testNode:
		if n.where != nil {
			deepest = 1 + textDepth(n.where)
		}
	case *sequenceNode:
		for _, s := range n.steps {
			deepest = max(deepest, textDepth(s.test))
		}
	}
	return deepest
}
