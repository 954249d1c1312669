package api

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// ParentPath is the part of a path that names a parent segment.
type ParentPath struct {
	Parent string `path:"name" doc:"of the parent segment" example:"CDNOW" maxLength:"255"`
}

// configurationTypes are what a configuration may come as, with the name of a file that
// has that form.
var configurationTypes = map[string]string{
	"application/yaml": "configuration.yml", "application/x-yaml": "configuration.yml", "text/yaml": "configuration.yml",
	jsonType: "configuration.json", "text/plain": "",
}

// putParent is a request whose body is the text of a configuration.
type putParent struct {
	ParentPath
	Mode        string   `query:"mode" enum:"copied,in_place" doc:"where it is asked; absent: as it is, or copied"`
	Connections []string `query:"connection,explode" doc:"names of connections, each once; absent: as they are, or the only one there is" maxItems:"64"`
	Delete      bool     `query:"delete" doc:"allow that attributes, behaviors and fields go; it holds until the configuration has been loaded"`
	Build       bool     `query:"build" default:"true" doc:"build it now, if it is copied and has changed"`
	ContentType string   `header:"Content-Type" hidden:"true"`
	RawBody     []byte   `contentType:"application/yaml"`
}

// fileName returns the name under which a configuration's text is read, which says its
// form where the text alone could be of several.
func (p *putParent) fileName() (string, error) {
	if p.ContentType == "" {
		return "", nil
	}
	kind, _, err := mime.ParseMediaType(p.ContentType)
	name, ok := configurationTypes[kind]
	if err != nil || !ok {
		return "", newProblem(http.StatusUnsupportedMediaType, codeMediaType, fmt.Sprintf("a configuration cannot be of the type %.64q", p.ContentType),
			"send application/yaml, application/json or text/plain")
	}
	return name, nil
}

const exampleConfiguration = `parent_segment:
  name: CDNOW
  primary_key: customer_id
`

func (d *door) parentOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/parents", id: "listParents", tag: tagParents,
		summary: "Parent segments by name", description: "Needs the role counts. Each with how fresh its data is, and when it is refreshed next.",
	}, func(ctx context.Context, who service.Caller, in *ListingOnly) (*service.Page[service.ParentJSON], error) {
		return d.service.Parents(ctx, who, in.of())
	})
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}", id: "getParent", tag: tagParents, errors: []int{http.StatusNotFound},
		summary: "A parent segment", description: "Needs the role counts; the text of the configuration is for the role admin. With the report of its last load.",
	}, func(ctx context.Context, who service.Caller, in *ParentPath) (*service.ParentJSON, error) {
		return d.service.Parent(ctx, who, in.Parent)
	})
	d.putParentOperation()
	handleNothing(d, route{
		method: http.MethodDelete, path: "/parents/{name}", id: "deleteParent", tag: tagParents,
		errors: []int{http.StatusNotFound, http.StatusConflict}, summary: "Remove a parent segment",
		description: "Needs the role admin. One that has segments, or jobs that wait or run, stays.",
	}, func(ctx context.Context, who service.Caller, in *ParentPath) error {
		return d.service.DeleteParent(ctx, who, in.Parent)
	})
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}/versions", id: "listParentVersions", tag: tagParents, errors: []int{http.StatusNotFound},
		summary: "Versions of a parent segment, newest first", description: "Needs the role admin. Each with its configuration.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Paged
	}) (*service.Page[registry.Parent], error) {
		return d.service.ParentVersions(ctx, who, in.Parent, in.of())
	})
	handle(d, route{
		method: http.MethodPost, path: "/parents/{name}/refresh", id: "refreshParent", tag: tagParents, status: http.StatusAccepted,
		errors: []int{http.StatusNotFound, http.StatusConflict}, summary: "Refresh a parent segment now",
		description: "Needs the role admin. Answers the job that does it; where one waits already, that one.",
		body:        service.RefreshRequest{},
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Body service.RefreshRequest
	}) (*service.JobJSON, error) {
		return d.service.Refresh(ctx, who, in.Parent, in.Body)
	})
}

// putParentOperation registers the one operation whose body is no object.
func (d *door) putParentOperation() {
	r := route{
		method: http.MethodPut, path: "/parents/{name}", id: "putParent", tag: tagParents, bytes: d.limits.ConfigurationBytes,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway},
		summary: "Create or change a parent segment",
		description: "Needs the role admin. The body is the configuration, in any of its five forms. It is looked up in the tables of the source. " +
			"Putting what is there changes nothing, but builds what no build has succeeded for; what would take names away is refused without delete=true.",
	}
	operation := d.operation(&r)
	text := &huma.Schema{Type: huma.TypeString, Description: "a configuration"}
	operation.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		jsonType: {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "a configuration"}},
	}}
	for _, kind := range []string{"application/yaml", "text/plain"} {
		operation.RequestBody.Content[kind] = &huma.MediaType{Schema: text, Example: exampleConfiguration}
	}
	operation.SkipValidateBody = true // package model says what is wrong with it, and where
	handleOperation(d, &r, operation, func(ctx context.Context, who service.Caller, in *putParent) (*output[service.PutJSON], error) {
		name, err := in.fileName()
		if err != nil {
			return nil, err
		}
		out, err := d.service.PutParent(ctx, who, in.Parent, service.ParentRequest{
			Text: string(in.RawBody), FileName: name, Mode: in.Mode, Connections: slices.Clone(in.Connections), Delete: in.Delete, NoBuild: !in.Build,
		})
		return &output[service.PutJSON]{out}, err
	})
}
