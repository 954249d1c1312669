package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// A runner keeps its jobs in a registry; what a job does is the caller's.
func Example() {
	dir, err := os.MkdirTemp("", "rollcall-jobs-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // of an example
	ctx := context.Background()
	kept, err := registry.Open(ctx, dir, registry.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer kept.Close() //nolint:errcheck // of an example
	_, _, err = kept.PutConnection(ctx, registry.ConnectionInput{Name: "shop", Kind: registry.Files, URI: "/shop"}, nil, "Ana")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = kept.PutParent(ctx, registry.ParentInput{Name: "Customers", Text: "name: Customers", Form: "book", Mode: registry.Copied, Connections: []string{"shop"}}, "Ana")
	if err != nil {
		fmt.Println(err)
		return
	}
	runner := jobs.New(jobs.Options{Registry: kept, Work: map[registry.JobKind]jobs.Work{
		registry.Build: func(_ context.Context, _ registry.Job, _ func(registry.Progress)) (json.RawMessage, error) { //nolint:unparam // it is a Work
			return json.RawMessage(`{"customers":23570}`), nil
		},
	}})
	if err := runner.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	defer runner.Close(ctx) //nolint:errcheck // of an example
	job, err := runner.Submit(ctx, registry.JobInput{Kind: registry.Build, Parent: "Customers"}, "Ana")
	if err != nil {
		fmt.Println(err)
		return
	}
	done, err := runner.Wait(ctx, job.ID)
	fmt.Println(done.Kind, done.State, string(done.Result), err)
	// Output: build succeeded {"customers":23570} <nil>
}
