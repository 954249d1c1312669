package assistant

import (
	"context"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Options of a server.
type Options struct {
	// Personal offers the tools that show customers: list_members and profile. Who is shown
	// is still for the backend to decide.
	//
	// Without it the other tools name no value that fewer than service.MinGroup customers
	// have, and no range of texts or of the key, whatever the backend shows.
	Personal bool
	Language string       // the short reference of the language of rules, a resource; empty: there is none
	Manual   string       // docs/rules.md, the whole of it, a resource; empty: there is none
	Version  string       // of the program
	Log      *slog.Logger // of faults, without personal data; nil: nothing is logged
	// Enter takes a place for a call and returns what gives it back. Nil: four calls for each
	// processor work at a time.
	Enter func(ctx context.Context) (leave func(), err error)
}

// instructions are what assistants are told before they call anything.
const instructions = `rollcall counts customers exactly. A parent segment is customers with attributes (what they are) and behaviors (events: what they did). A rule selects customers, in text:

loyalty_tier = 'Gold' and purchase in last 30 days

1. list_attributes and list_behaviors give the names that rules use; list_values gives spellings of values, which are case-sensitive.
2. check_rule says whether a rule is right, without counting. Errors name the place and the nearest name: correct the rule and ask again.
3. count, breakdown, overlap, trend and explain answer. Numbers are exact, never estimates. Windows such as "in last 30 days" end at as_of; without as_of that is now. Say as of when an answer is.
4. freshness says when the data was last updated.
A saved segment is used in a rule as: segment 'Folder/Name'. Before you write a rule that does more than the one above, read rule_language (also the resource rollcall://language).`

// server offers the tools over a backend.
type server struct {
	*mcp.Server
	backend Backend
	options Options
	enter   func(ctx context.Context) (leave func(), err error)
	request context.Context //nolint:containedctx // Over HTTP a server lives as long as the request.
}

// NewServer returns a server of the Model Context Protocol over a backend, which must
// outlive it. It can have many sessions, and is safe for concurrent use.
func NewServer(backend Backend, options Options) *mcp.Server {
	return newServer(context.Background(), newGate(), backend, options)
}

// newServer returns a server whose calls pass a gate, unless the options have another, and
// end with the request.
func newServer(request context.Context, g gate, backend Backend, options Options) *mcp.Server {
	if options.Enter == nil {
		options.Enter = g.enter
	}
	s := &server{backend: backend, options: options, enter: options.Enter, request: request, Server: mcp.NewServer(
		&mcp.Implementation{Name: "rollcall", Title: "rollcall: exact counts over customers", Version: orElse(options.Version, "unknown")},
		&mcp.ServerOptions{Instructions: instructions, Capabilities: &mcp.ServerCapabilities{}},
	)}
	s.fieldTools()
	s.languageTool()
	s.askTools()
	s.compareTools()
	s.segmentTools()
	s.sourceTools()
	if options.Personal {
		s.personalTools()
	}
	s.resources()
	return s.Server
}

// fault logs an error that is not the asker's doing: its tool and its code, since the text
// of others may quote data.
func (s *server) fault(ctx context.Context, tool string, err error) {
	if p := problemOf(err); s.options.Log != nil && p.Status >= statusFault {
		s.options.Log.ErrorContext(ctx, "a tool has failed", "tool", tool, "code", p.Code)
	}
}

// In is what the input of every tool about a parent segment has.
type In struct {
	Parent string `json:"parent,omitempty" jsonschema:"name of the parent segment, as list_parent_segments has it; may be left out where there is only one"`
}

// maxParents is how many parent segments are listed.
const maxParents = 200

// parent returns the parent segment that a call is about: the one it names, or the only one.
func (s *server) parent(ctx context.Context, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	page, err := s.backend.Parents(ctx, service.Listing{Limit: maxParents})
	switch {
	case err != nil:
		return "", err
	case len(page.Items) == 1 && page.Next == "":
		return page.Items[0].Name, nil
	case len(page.Items) == 0:
		return "", &InputError{Argument: "parent", Message: "there is no parent segment yet"}
	}
	names := "there are several parent segments, name one:"
	for i, p := range page.Items {
		if i == 20 {
			names += " …"
			break
		}
		names += " " + quoted(p.Name)
	}
	return "", &InputError{Argument: "parent", Message: names}
}

// about makes a tool of a function about a parent segment.
func about[I interface{ parent() string }, Out answer](s *server, do func(ctx context.Context, parent string, in I) (Out, error)) func(context.Context, I) (Out, error) {
	return func(ctx context.Context, in I) (out Out, err error) {
		parent, err := s.parent(ctx, in.parent())
		if err != nil {
			return out, err
		}
		return do(ctx, parent, in)
	}
}

// parent returns the name that was given.
func (in In) parent() string { return in.Parent }

// notFound says that a backend of one parent segment has no other.
func notFound(thing registry.Thing, name, nearest string) error {
	return &registry.NotFoundError{Thing: thing, Name: name, Nearest: nearest}
}
