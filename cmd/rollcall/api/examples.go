package api

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// examples are answers of every operation that answers with an object, by its id, as a
// test has recorded them on the data of the demonstration: long lists and texts are cut.
//
//go:embed examples.json
var examples []byte

// describeExamples gives the operations of a document their examples of answers.
func describeExamples(document *huma.OpenAPI) error {
	var of map[string]json.RawMessage
	if err := json.Unmarshal(examples, &of); err != nil {
		return err
	}
	for _, o := range allOperations(document) {
		for status, response := range o.Responses {
			content := response.Content[jsonType]
			if example := of[o.OperationID]; content != nil && strings.HasPrefix(status, "2") && example != nil {
				content.Example = example
			}
		}
	}
	return nil
}

// allOperations returns the operations of a document.
func allOperations(document *huma.OpenAPI) []*huma.Operation {
	var out []*huma.Operation
	for _, item := range document.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete} {
			if o != nil {
				out = append(out, o)
			}
		}
	}
	return out
}
