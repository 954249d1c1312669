// Package picture draws what commands of rollcall count: bars, histograms, lines
// over time, and how sets overlap.
//
//	err := picture.WriteFile("countries.svg", picture.Bars{
//		Title: "Customers by country",
//		Items: []picture.Bar{{Label: "DE", Value: 1200}, {Label: "FR", Value: 300}},
//	})
//	err = picture.WriteText(os.Stdout, chart, 80) // the same for a terminal
//
// A [Chart] is a value that holds nothing but its data: it may be drawn any number
// of times, by several goroutines at once, and equal charts give equal bytes. All
// axes of counts start at zero. Labels that are too long end in "…", and characters
// that cannot be drawn, such as line breaks, become spaces.
package picture
