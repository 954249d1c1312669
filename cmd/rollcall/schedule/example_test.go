package schedule_test

import (
	"fmt"
	"log"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
	"github.com/rollcall-db/rollcall/engine/model"
)

func ExampleSchedule() {
	s, err := schedule.New(model.Schedule{Type: "daily", Time: "03:30", Timezone: "Europe/Berlin"}, nil, "customers")
	if err != nil {
		log.Fatal(err)
	}
	monday := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	next, _ := s.Next(monday)
	fmt.Println(next.Add(-s.Jitter()))
	fmt.Println(s.Due(monday.AddDate(0, 0, -3), monday))
	// Output:
	// 2026-11-24 03:30:00 +0100 CET
	// true
}
