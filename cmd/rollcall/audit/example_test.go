package audit_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "studio")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	l, err := audit.Open(ctx, dir, audit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if torn := l.Torn(); torn != nil {
		fmt.Println(torn) // for the log of the program
	}
	ana := audit.Actor{Token: "tk_1", Name: "Ana"}
	// Before the members leave.
	_, err = l.Append(ctx, audit.Event{Actor: ana, Action: "members.list", Object: "parents/CDNOW/segments/Gold", Version: 3, Revealed: 25, Outcome: audit.Done})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range l.Read(ctx, audit.Filter{Object: "parents/CDNOW", Action: "members"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Seq, e.Actor.Name, e.Action, e.Object, e.Revealed)
	}
	report, err := l.Verify(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Entries, "entries in", report.Files, "file")
	// Output:
	// 1 Ana members.list parents/CDNOW/segments/Gold 25
	// 1 entries in 1 file
}
