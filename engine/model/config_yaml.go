package model

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// loadYAML returns the content of the file's first document, nil where there is
// none to work on, and adds the problems that it has as YAML.
func loadYAML(data []byte, problems *problemList) *yaml.Node {
	guard := &yamlGuard{}
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithV4Defaults(), yaml.WithPlugin(guard))
	if err != nil {
		problems.add(guard.problem(err, data))
		return nil
	}
	first, err := nextDocument(loader)
	switch {
	case errors.Is(err, io.EOF):
		problems.add(place{}.emptyFile())
		return nil
	case err != nil:
		problems.add(guard.problem(err, data))
		return nil
	}
	switch second, err := nextDocument(loader); {
	case errors.Is(err, io.EOF):
	case err != nil:
		problems.add(guard.problem(err, data))
	default:
		problems.add(placeOf(second, nil).secondDocument())
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

// yamlGuard keeps the loader within bounds: it refuses deep nesting while the
// text is scanned, before anything recurses, and has every alias stand for
// nothing, so that no text stands for more than itself.
type yamlGuard struct {
	tooDeep bool
}

var errTooDeep = errors.New("nested too deep")

// CheckDepth implements [yaml.LoaderLimitsPlugin].
func (g *yamlGuard) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > MaxConfigDepth {
		g.tooDeep = true
		return errTooDeep
	}
	return nil
}

// CheckAlias implements [yaml.LoaderLimitsPlugin]. Nothing here expands an
// alias.
func (g *yamlGuard) CheckAlias(int, int) error { return nil }

// NewAliasDataContext implements [yaml.AliasDataPlugin].
func (g *yamlGuard) NewAliasDataContext(yaml.AliasDataServices) (yaml.AliasDataContext, error) {
	return noAliases{}, nil
}

// problem puts an error of the loader into our words.
func (g *yamlGuard) problem(err error, data []byte) Problem {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return place{}.notYAML(err.Error())
	}
	at := place{line: load.Mark.Line, column: load.Mark.Column}
	if g.tooDeep {
		return at.tooDeep()
	}
	return at.syntax(load.Message, load.ContextMark.Line, runeAt(data, load.Mark.Index))
}

// runeAt returns the character at a 0-based position of data, counted in
// characters, or utf8.RuneError beyond the end.
func runeAt(data []byte, position int) rune {
	for ; position > 0 && len(data) > 0; position-- {
		_, size := utf8.DecodeRune(data)
		data = data[size:]
	}
	r, _ := utf8.DecodeRune(data)
	return r
}

// noAliases knows every alias and makes it an empty text. checkNodes then
// reports each with its place, defined or not.
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
