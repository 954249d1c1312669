package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// ParseYAML reads a text in YAML. What it returns is as of [Limits.Parse].
func (l Limits) ParseYAML(data []byte) (*Node, []Problem) {
	if p, ok := l.checkText(data, yamlCharacter, "YAML"); !ok {
		return nil, []Problem{p}
	}
	if marks := countMarks(data); marks > l.Marks {
		return nil, []Problem{tooManyMarks(marks, l.Marks)}
	}
	r := &yamlReader{limits: l, data: data, locator: newLocator(data), problems: problemList{most: l.Problems}}
	root := r.load()
	if root == nil {
		return nil, r.problems.list
	}
	return r.node(root, nil), r.problems.list
}

// yamlReader reads one text.
type yamlReader struct {
	limits   Limits
	data     []byte
	locator  *locator
	problems problemList
	tooDeep  bool
}

// load returns the content of the first document, nil where there is none to
// work on.
func (r *yamlReader) load() *yaml.Node {
	loader, err := yaml.NewLoader(bytes.NewReader(withoutMark(r.data)), yaml.WithV4Defaults(), yaml.WithPlugin(r))
	if err != nil {
		r.problems.add(r.failure(err))
		return nil
	}
	first, err := nextDocument(loader)
	switch {
	case errors.Is(err, io.EOF):
		r.problems.add(placeIn(r.data).emptyFile())
		return nil
	case err != nil:
		r.problems.add(r.failure(err))
		return nil
	}
	switch second, err := nextDocument(loader); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.problems.add(r.failure(err))
	default:
		r.problems.add(r.place(second.Line, second.Column, nil).secondDocument())
	}
	return first
}

// nextDocument returns the content of the next document, or io.EOF.
//
// The loader is not ours and gets files from anywhere, so a panic in it is one
// more way to say that the file cannot be read.
func nextDocument(loader *yaml.Loader) (content *yaml.Node, err error) {
	defer func() {
		if v := recover(); v != nil {
			content, err = nil, fmt.Errorf("the YAML parser gave up: %v", v)
		}
	}()
	var document yaml.Node
	if err := loader.Load(&document); err != nil {
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, errors.New("the YAML parser found no document")
	}
	return document.Content[0], nil
}

var errTooDeep = errors.New("nested too deep")

// CheckDepth implements [yaml.LoaderLimitsPlugin]. It refuses deep nesting while
// the text is scanned, before anything recurses.
func (r *yamlReader) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > r.limits.Depth {
		r.tooDeep = true
		return errTooDeep
	}
	return nil
}

// CheckAlias implements [yaml.LoaderLimitsPlugin]. Nothing here expands an
// alias.
func (r *yamlReader) CheckAlias(int, int) error { return nil }

// NewAliasDataContext implements [yaml.AliasDataPlugin]. Every alias stands for
// nothing, so that no text stands for more than itself.
func (r *yamlReader) NewAliasDataContext(yaml.AliasDataServices) (yaml.AliasDataContext, error) {
	return noAliases{}, nil
}

// failure puts an error of the loader into our words.
func (r *yamlReader) failure(err error) Problem {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return place{}.notValid("YAML", err.Error())
	}
	at := r.place(load.Mark.Line, load.Mark.Column, nil)
	if r.tooDeep {
		return at.tooDeep(r.limits.Depth)
	}
	found, _ := utf8.DecodeRune(r.data[at.offset:])
	return at.yamlSyntax(load.Message, load.ContextMark.Line, found)
}

// place returns the place at a line and a column.
func (r *yamlReader) place(line, column int, path *Path) place {
	return place{path: path, offset: r.locator.find(line, column), line: line, column: column}
}

// noAliases knows every alias and makes it an empty text. A problem with each is
// added where the tree is read, defined or not.
type noAliases struct{}

// BeginDocument implements [yaml.AliasDataContext].
func (noAliases) BeginDocument() error { return nil }

// DefineAnchor implements [yaml.AliasDataContext].
func (noAliases) DefineAnchor(string, *yaml.Node) error { return nil }

// ResolveAlias implements [yaml.AliasDataContext].
func (noAliases) ResolveAlias(string) (*yaml.Node, bool, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}, true, nil
}

// EndDocument implements [yaml.AliasDataContext].
func (noAliases) EndDocument() error { return nil }
