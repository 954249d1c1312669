package picture_test

import (
	"log"
	"os"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
)

func ExampleWriteText() {
	chart := picture.Bars{
		Title: "Customers by country",
		Items: []picture.Bar{{Label: "DE", Value: 1200}, {Label: "FR", Value: 300, Note: "1.5×"}},
	}
	if err := picture.WriteText(os.Stdout, chart, 40); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Customers by country
	// DE  1,200        ███████████████████████
	// FR    300  1.5×  █████▊
}

func ExampleLine() {
	chart := picture.Line{Title: "Members"}
	for month := time.January; month <= time.March; month++ {
		chart.Points = append(chart.Points, picture.Point{Time: time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC), Value: float64(100 * month)})
	}
	if err := picture.WriteText(os.Stdout, chart, 40); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Members
	// 2024-01-01  100  ███████▋
	// 2024-02-01  200  ███████████████▍
	// 2024-03-01  300  ███████████████████████
	// ▃▅█
}

func ExampleUpSet() {
	chart := picture.UpSet{
		Sets:    []picture.Set{{Name: "buyers", Size: 300}, {Name: "readers", Size: 120}},
		Regions: []picture.Region{{Members: 0b01, Count: 200}, {Members: 0b10, Count: 20}, {Members: 0b11, Count: 100}},
	}
	if err := picture.WriteText(os.Stdout, chart, 40); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1 buyers   300  ████████████████████████
	// 2 readers  120  █████████▋
	//
	// 1·  200  ███████████████████████████████
	// 12  100  ███████████████▌
	// ·2   20  ███▏
}
