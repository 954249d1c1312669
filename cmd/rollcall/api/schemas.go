package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/model"
)

// schemaPrefix is where the document has its schemas.
const schemaPrefix = "#/components/schemas/"

// namer names schemas after their types, without what Go needs to tell them apart: the
// JSON at the end, and the package. Where two packages have a type of one name, the second
// has its package's in front.
type namer struct{ taken map[string]reflect.Type }

func (n *namer) name(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "JSON", "")
	if t.Kind() != reflect.Struct {
		return name
	}
	if of, ok := n.taken[name]; ok && of != t {
		parts := strings.Split(t.PkgPath(), "/")
		name = strings.ToUpper(parts[len(parts)-1][:1]) + parts[len(parts)-1][1:] + name
	}
	n.taken[name] = t
	return name
}

// newSchemas returns the registry of the schemas of requests and answers.
func newSchemas() huma.Registry {
	schemas := huma.NewMapRegistry(schemaPrefix, (&namer{map[string]reflect.Type{}}).name)
	schemas.RegisterTypeAlias(reflect.TypeFor[access.Roles](), reflect.TypeFor[[]roleName]())
	schemas.RegisterTypeAlias(reflect.TypeFor[model.Type](), reflect.TypeFor[string]())
	schemas.RegisterTypeAlias(reflect.TypeFor[ask.PercentJSON](), reflect.TypeFor[float64]())
	return schemas
}

// roleName is one name of access.Roles, which are a list of them in JSON.
type roleName string

// Schema lists the names.
func (roleName) Schema(huma.Registry) *huma.Schema {
	out := &huma.Schema{Type: huma.TypeString}
	for _, name := range (access.Counts | access.Members | access.Segments | access.Admin).Names() {
		out.Enum = append(out.Enum, name)
	}
	return out
}

// nullable has the schemas say where an object may be null: where a field points to one
// and is not left out. Huma knows that of numbers and texts alone.
func nullable(schemas huma.Registry) {
	for name, schema := range schemas.Map() {
		of := schemas.TypeFromRef(schemaPrefix + name)
		if of == nil || of.Kind() != reflect.Struct {
			continue
		}
		for _, field := range reflect.VisibleFields(of) {
			key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			property := schema.Properties[key]
			if property == nil || property.Ref == "" || field.Type.Kind() != reflect.Pointer || strings.Contains(options, "omit") {
				continue
			}
			schema.Properties[key] = &huma.Schema{
				Description: property.Description,
				AnyOf:       []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
			}
		}
	}
}
