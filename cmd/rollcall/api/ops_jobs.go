package api

import (
	"context"
	"net/http"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// JobPath is the part of a path that names a job.
type JobPath struct {
	ID uint64 `path:"id" doc:"of the job" example:"1"`
}

func (d *door) jobOperations() {
	handle(d, route{
		method: http.MethodPost, path: "/parents/{name}/exports", id: "createExport", tag: tagJobs, status: http.StatusAccepted,
		errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway}, summary: "Export an audience to a file",
		description: "Needs the role members. Answers the job that writes it; its file is at /jobs/{id}/download. Columns are masked as the caller's roles see them.",
		body:        service.ExportRequest{Ask: exampleAsk, Columns: []string{"loyalty_tier"}, Format: "csv"},
	}, func(ctx context.Context, who service.Caller, in *asked[service.ExportRequest]) (*service.JobJSON, error) {
		return d.service.Export(ctx, who, in.Parent, in.Body)
	})
	handle(d, route{
		method: http.MethodGet, path: "/jobs", id: "listJobs", tag: tagJobs,
		summary: "Jobs, newest first", description: "Needs the role counts. Who lacks the role members sees neither what exports were asked for nor what they gave.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		Paged
		Parent string `query:"parent" doc:"of this parent segment" maxLength:"255"`
		Kind   string `query:"kind" enum:"build,refresh,export"`
		State  string `query:"state" enum:"queued,running,succeeded,failed,cancelled,interrupted"`
	}) (*service.Page[service.JobJSON], error) {
		return d.service.Jobs(ctx, who, service.JobsRequest{Listing: in.of(), Parent: in.Parent, Kind: in.Kind, State: in.State})
	})
	handle(d, route{
		method: http.MethodGet, path: "/jobs/{id}", id: "getJob", tag: tagJobs, errors: []int{http.StatusNotFound},
		summary: "A job", description: "Needs the role counts. Its state, and how far it is.",
	}, func(ctx context.Context, who service.Caller, in *JobPath) (*service.JobJSON, error) {
		return d.service.Job(ctx, who, in.ID)
	})
	handle(d, route{
		method: http.MethodPost, path: "/jobs/{id}/cancel", id: "cancelJob", tag: tagJobs,
		errors: []int{http.StatusNotFound, http.StatusConflict}, summary: "Cancel a job",
		description: "An own export with the role members, any job with admin.",
	}, func(ctx context.Context, who service.Caller, in *JobPath) (*service.JobJSON, error) {
		return d.service.CancelJob(ctx, who, in.ID)
	})
	d.downloadOperation()
}
