package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/engine/model"
)

const (
	// MaxAnswerBytes is the size of an answer at most, of its object and of its text each:
	// what assistants can still read. Longer lists are cut, and say so.
	MaxAnswerBytes = 64 << 10
	// MaxCall is how long a call of a tool may take.
	MaxCall = 2 * time.Minute
)

// answer is what a tool answers: an object of JSON and a text.
type answer interface {
	// text writes the answer in a few lines, or as a table.
	text() string
	// cut leaves out about half of what is longest and notes that, or reports false where
	// there is nothing to leave out.
	cut() bool
}

// effect says what a tool does to the world.
type effect int

const (
	reads effect = iota // nothing
	saves               // it keeps something
)

// described is an input that says more of its arguments than their types do.
type described interface {
	describe(schemaOf map[string]*jsonschema.Schema)
}

// schemas are the input schemas by the name of the tool: a server is made for every request
// over HTTP, and they are the same.
var schemas sync.Map

// inputSchema is a schema ready to check arguments.
type inputSchema struct {
	schema   *jsonschema.Schema
	resolved *jsonschema.Resolved
}

func inputSchemaOf[In any](name string) *inputSchema {
	if known, ok := schemas.Load(name); ok {
		return known.(*inputSchema)
	}
	s, err := jsonschema.For[In](nil)
	if err != nil {
		panic(fmt.Sprintf("assistant: the input of %s: %v", name, err)) // a mistake of this package, which every test finds
	}
	for _, p := range s.Properties { // a list that is null is none: clients need not know
		if i := slices.Index(p.Types, "null"); i >= 0 && len(p.Types) == 2 {
			p.Type, p.Types = p.Types[1-i], nil
		}
	}
	var in In
	if d, ok := any(in).(described); ok {
		d.describe(s.Properties)
	}
	resolved, err := s.Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true})
	if err != nil {
		panic(fmt.Sprintf("assistant: the input of %s: %v", name, err))
	}
	out := &inputSchema{s, resolved}
	schemas.Store(name, out)
	return out
}

// tool is what is said of a tool.
type tool struct {
	name, title, description string
	effect                   effect
}

// add offers a tool.
func add[In any, Out answer](s *server, t tool, do func(context.Context, In) (Out, error)) {
	input := inputSchemaOf[In](t.name)
	no, changes := false, t.effect == saves
	s.AddTool(&mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description, InputSchema: input.schema,
		Annotations: &mcp.ToolAnnotations{
			Title: t.title, ReadOnlyHint: t.effect == reads, IdempotentHint: t.effect == reads, DestructiveHint: &changes, OpenWorldHint: &no,
		},
	}, func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		in, err := argumentsOf[In](input, request.Params.Arguments)
		if err != nil {
			return failed(err)
		}
		ctx, done := s.working(ctx)
		defer done()
		out, err := inTurn(ctx, s, in, do)
		if err != nil {
			s.fault(ctx, t.name, err)
			return failed(err)
		}
		if a, ok := any(out).(anonymous); ok && !s.options.Personal {
			a.numbersOnly()
		}
		return answered(out)
	})
}

// working returns the context of a call: it ends after MaxCall, and over HTTP when the client
// has gone.
func (s *server) working(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, done := context.WithTimeout(ctx, MaxCall)
	stop := context.AfterFunc(s.request, done)
	return ctx, func() {
		stop()
		done()
	}
}

// inTurn does a call when there is a place for it.
func inTurn[In any, Out answer](ctx context.Context, s *server, in In, do func(context.Context, In) (Out, error)) (out Out, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return out, err
	}
	defer leave()
	return do(ctx, in)
}

// argumentsOf checks the arguments of a call, and reads them.
func argumentsOf[In any](input *inputSchema, arguments json.RawMessage) (in In, err error) {
	given := map[string]any{}
	if len(arguments) > 0 {
		if err := json.Unmarshal(arguments, &given); err != nil {
			return in, &InputError{Message: fmt.Sprintf("the arguments are no object: %v", err)}
		}
	}
	for name, value := range given {
		if _, ok := input.schema.Properties[name]; !ok {
			return in, unknownArgument(name, input.schema.PropertyOrder)
		}
		if value == nil { // as good as absent
			delete(given, name)
		}
	}
	for _, name := range input.schema.Required {
		if _, ok := given[name]; !ok {
			return in, &InputError{Argument: name, Message: "it is missing: " + input.schema.Properties[name].Description}
		}
	}
	for _, name := range input.schema.PropertyOrder {
		if err := checkArgument(name, input.schema.Properties[name], given[name]); err != nil {
			return in, err
		}
	}
	if err := input.resolved.Validate(given); err != nil {
		return in, &InputError{Message: strings.TrimPrefix(strings.TrimPrefix(err.Error(), "validating root: "), "validating /properties/")}
	}
	if len(arguments) == 0 {
		return in, nil
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return in, &InputError{Message: err.Error()}
	}
	return in, nil
}

// unknownArgument says that a tool has no argument of a name.
func unknownArgument(name string, names []string) error {
	e := &InputError{Argument: fmt.Sprintf("%.64q", name), Nearest: model.Nearest(name, names)}
	e.Message = "there is no such argument, expected " + orElse(strings.Join(names, ", "), "none") + didYouMean(e.Nearest)
	return e
}

// errTooLarge is an answer that cannot be cut to what assistants can read.
var errTooLarge = errors.New("the answer is too large for an assistant: ask for less")

// answered returns an answer as the protocol has it, cut to MaxAnswerBytes.
func answered(out answer) (*mcp.CallToolResult, error) {
	for {
		data, err := encoded(out)
		if err != nil {
			return nil, fmt.Errorf("writing the answer: %w", err)
		}
		text := out.text()
		if len(data) <= MaxAnswerBytes && len(text) <= MaxAnswerBytes {
			return &mcp.CallToolResult{
				Content: []mcp.Content{&mcp.TextContent{Text: strings.TrimRight(text, "\n")}}, StructuredContent: json.RawMessage(data),
			}, nil
		}
		if !out.cut() {
			return failed(&InputError{Message: errTooLarge.Error()})
		}
	}
}

// encoded writes a value as JSON, with < and > as they are.
func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// bounded returns a text, or its start where it is longer than an answer may be.
func bounded(text string) string {
	const more = "\n… (cut)"
	if len(text) <= MaxAnswerBytes {
		return text
	}
	return shortened(text, MaxAnswerBytes-len(more)) + more
}

// shortened returns the start of a text, so many bytes at most, without half a character.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
