package assistant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/rollcall-db/rollcall/engine/model"
)

// between says which numbers an argument may be, and what its absence stands for.
func between(s *jsonschema.Schema, least, most float64, absent int) {
	s.Minimum, s.Maximum = &least, &most
	if absent != 0 {
		s.Default = json.RawMessage(strconv.Itoa(absent))
	}
}

// oneOf says which words an argument may be.
func oneOf(s *jsonschema.Schema, words ...string) {
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
}

// entries says how many entries a list has.
func entries(s *jsonschema.Schema, least, most int) { s.MinItems, s.MaxItems = &least, &most }

// checkArgument says in words what is wrong with an argument that is of the right type. What
// it does not look at, the schema does, in words of its own.
func checkArgument(name string, s *jsonschema.Schema, value any) error {
	switch v := value.(type) {
	case float64:
		if s.Minimum != nil && v < *s.Minimum || s.Maximum != nil && v > *s.Maximum {
			return &InputError{Argument: name, Message: fmt.Sprintf("%v, expected %v to %v", v, *s.Minimum, *s.Maximum)}
		}
	case []any:
		if s.MinItems != nil && len(v) < *s.MinItems || s.MaxItems != nil && len(v) > *s.MaxItems {
			return &InputError{Argument: name, Message: fmt.Sprintf("there are %d, expected %d to %d", len(v), *s.MinItems, *s.MaxItems)}
		}
	case string:
		if len(s.Enum) == 0 || slices.Contains(s.Enum, value) {
			return nil
		}
		var words []string
		for _, w := range s.Enum {
			words = append(words, fmt.Sprint(w))
		}
		e := &InputError{Argument: name, Nearest: model.Nearest(v, words)}
		e.Message = fmt.Sprintf("%.64q, expected one of %s", v, strings.Join(words, ", ")) + didYouMean(e.Nearest)
		return e
	}
	return nil
}

// didYouMean names the name that may be meant, "" for none.
func didYouMean(nearest string) string {
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", nearest)
}
