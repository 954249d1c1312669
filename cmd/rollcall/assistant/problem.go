package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// maxProblems is how many problems of a rule are told: who has corrected these asks again.
const maxProblems = 20

// InputError is an argument of a tool that makes no sense.
type InputError struct {
	Argument string // name; empty: the arguments together
	Message  string // what was found, and what was expected
	Nearest  string // the name that may be meant; empty for none
}

// Error names the argument.
func (e *InputError) Error() string {
	if e.Argument == "" {
		return e.Message
	}
	return e.Argument + ": " + e.Message
}

// problemOf returns what an assistant is told of an error.
func problemOf(err error) *service.Problem {
	var input *InputError
	var remote *RemoteError
	var local *localError
	switch {
	case errors.As(err, &input):
		return &service.Problem{Status: 422, Title: "Unprocessable Entity", Code: "INVALID_ARGUMENT", Detail: err.Error(), Nearest: input.Nearest}
	case errors.As(err, &remote):
		p := remote.Problem
		return &p
	case errors.Is(err, errBusy):
		return &service.Problem{Status: 503, Title: "Service Unavailable", Code: "BUSY", Detail: err.Error(), Hint: "ask again in a few seconds"}
	case errors.Is(err, context.DeadlineExceeded):
		p := service.ProblemFor(service.Caller{}, err) // what sources say of themselves is for administrators, who see it in the studio
		p.Detail = "it took too long"
		return p
	}
	p := service.ProblemFor(service.Caller{}, err) // what sources say of themselves is for administrators, who see it in the studio
	if p.Status == statusFault && errors.As(err, &local) {
		p.Detail = err.Error() // on the asker's own machine there is nothing to hide
	}
	return p
}

// errBusy is what a call is told that has no turn in time.
var errBusy = errors.New("too many questions are asked at once")

// statusFault is the status of an error that is not the asker's doing.
const statusFault = 500

// localError is an error of a snapshot on the asker's own machine.
type localError struct{ error }

// Unwrap returns the error itself.
func (e *localError) Unwrap() error { return e.error }

// failed returns the answer of a tool for an error: the problem as an object and as text.
func failed(err error) (*mcp.CallToolResult, error) {
	p := problemOf(err)
	hidden := max(0, len(p.Problems)-maxProblems)
	p.Problems = p.Problems[:len(p.Problems)-hidden]
	text := problemText(p)
	if hidden > 0 {
		text += fmt.Sprintf("\nand %d more problems", hidden)
	}
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("writing a problem: %w", err)
	}
	out := &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: bounded(text)}}}
	if len(data) <= MaxAnswerBytes {
		out.StructuredContent = json.RawMessage(data)
	}
	return out, nil
}

// problemText writes a problem: its code and what it says, then each place.
func problemText(p *service.Problem) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Code, orElse(p.Detail, orElse(p.Title, "the server has failed; its log says why")))
	if p.RequestID != "" && p.Status >= statusFault {
		fmt.Fprintf(&b, " (request %s)", p.RequestID)
	}
	for i := range p.Problems {
		b.WriteString("\n" + itemText(&p.Problems[i]))
	}
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "\nchange: %s", c)
	}
	if p.Nearest != "" && !strings.Contains(p.Detail, p.Nearest) {
		fmt.Fprintf(&b, "\nnearest name: %s", p.Nearest)
	}
	if p.Hint != "" && !strings.Contains(p.Detail, p.Hint) {
		b.WriteString("\nhint: " + p.Hint)
	}
	return b.String()
}

// itemText writes one thing wrong with its place.
func itemText(p *service.ProblemItem) string {
	var b strings.Builder
	b.WriteString("- " + p.Code)
	if p.File != "" {
		b.WriteString(" in " + p.File)
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, " at line %d, column %d", p.Line, p.Column)
	}
	b.WriteString(": " + p.Message)
	switch {
	case p.Hint != "":
		b.WriteString("; " + p.Hint)
	case p.Nearest != "":
		fmt.Fprintf(&b, "; did you mean %q?", p.Nearest)
	}
	if len(p.Allowed) > 0 {
		b.WriteString("; allowed: " + strings.Join(p.Allowed, ", "))
	}
	return b.String()
}

// orElse returns the first of two texts that says something.
func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
