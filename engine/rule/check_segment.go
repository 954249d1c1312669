package rule

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// segmentTable checks each segment of a library once, when it is first referred
// to.
type segmentTable struct {
	library *Library
	checked map[*SegmentFile]*Segment // nil while it is being checked
	stack   []*SegmentFile            // those being checked, each referred to by the one before
	above   int                       // levels of brackets and "not" in them, a level for each besides
	depth   map[*SegmentFile]int      // the same from a segment on
}

func newSegmentTable(l *Library) *segmentTable {
	return &segmentTable{library: l, checked: map[*SegmentFile]*Segment{}, depth: map[*SegmentFile]int{}}
}

// CheckReferences checks what a rule and the segments that it refers to say of other
// segments, as far as that needs no schema: that each is there and meant alone, and
// that none refers to itself. Its problems are [Errors].
func CheckReferences(r *Rule, segments *Library) error {
	shared := newShared(&model.Schema{}, nil, segments)
	shared.referencesOnly = true
	c := newChecker(shared, r)
	c.rule(r)
	if errs := append(c.errs.sorted(), c.segmentErrs...); len(errs) > 0 {
		return errs[:min(len(errs), MaxErrors)]
	}
	return nil
}

// references checks the references in a tree. There are none within tests.
func (c *checker) references(n node) {
	switch n := n.(type) {
	case *logicNode:
		for _, operand := range n.nodes {
			c.references(operand)
		}
	case *notNode:
		c.references(n.node)
	case *segmentNode:
		c.segment(n)
	}
}

// segment checks a reference to a segment.
func (c *checker) segment(n *segmentNode) Cond {
	found := c.segments.library.find(n.ref, n.byID)
	switch {
	case len(found) == 0:
		c.add(c.unknownSegment(n, c.segments.library))
		return nil
	case len(found) > 1:
		c.add(c.ambiguousSegment(n, found))
		return nil
	}
	file := found[0]
	segment, seen := c.segments.checked[file]
	switch {
	case !seen:
		segment = c.checkSegment(n, file)
	case segment == nil:
		c.add(c.segmentCycle(n, c.segments.cycle(file)))
	case c.segments.above+c.segments.depth[file] > MaxDepth:
		c.add(c.segmentsTooDeep(n))
	}
	c.deepest = max(c.deepest, c.segments.depth[file])
	return &SegmentTest{Segment: segment, text: n.text}
}

// checkSegment checks the rule of a segment that is referred to for the first
// time. Its problems are kept apart: their places are in another text.
func (c *checker) checkSegment(n *segmentNode, file *SegmentFile) *Segment {
	t := c.segments
	own := 1
	if file.Rule != nil && file.Rule.root != nil {
		own += textDepth(file.Rule.root)
	}
	if t.above+own > MaxDepth {
		c.add(c.segmentsTooDeep(n))
		return nil
	}
	t.checked[file] = nil
	t.stack = append(t.stack, file)
	t.above += own
	r := file.Rule
	if r == nil {
		r = &Rule{}
	}
	inner := newChecker(c.shared, r)
	if inner.file == "" {
		inner.file = "segment " + quoteString(file.Path)
	}
	root, _ := inner.rule(r)
	t.stack = t.stack[:len(t.stack)-1]
	t.above -= own
	c.segmentErrs = append(append(c.segmentErrs, inner.errs.sorted()...), inner.segmentErrs...)
	segment := &Segment{Path: file.Path, Root: root}
	t.checked[file], t.depth[file] = segment, own+inner.deepest
	return segment
}

// cycle returns the paths from file through the segments that refer to each
// other back to file.
func (t *segmentTable) cycle(file *SegmentFile) []string {
	var paths []string
	for _, f := range t.stack[slices.Index(t.stack, file):] {
		paths = append(paths, f.Path)
	}
	return append(paths, file.Path)
}

// cycleText returns a cycle as messages show it.
func cycleText(paths []string) string {
	quoted := make([]string, len(paths))
	for i, p := range paths {
		quoted[i] = quoteString(shorten(p))
	}
	return strings.Join(quoted, " → ")
}
