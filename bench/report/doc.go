// Package report turns what rollcall-bench run measured into text and pictures
// for people.
//
//	r, err := report.Read("run-1m.json")
//	err = report.Write(ctx, "docs", "performance.md", []report.Named{{Name: "run-1m.json", Report: r}}, report.Options{})
//
// [Write] makes a Markdown page of any number of reports, and a folder of
// pictures beside it, called like the page, which the page shows. [Text] is the
// short form for a terminal, [GoBench] the form that benchstat reads.
//
// # The tables
//
// A [measure.Report] is a list of results. The page wants them as suites: rows
// queries, columns engines. Times are medians with the 95th percentile behind
// them in brackets. Below the figure of every rival stands how many times
// faster our engine was, and the last row has the geometric mean of these
// ratios over the queries that both answered. Variants of our own engine, whose
// names begin with its name, are no rivals, and neither is the engine called
// bare: it is the floor, a plain loop over the same bytes, and has a table of
// its own.
//
// A suite of more than 20 queries is summarised: the spread of the medians, and
// the slowest rules. Its queries are in a part to unfold, or, beyond 60, only in
// the JSON.
//
// A cell without a figure says why: a note below the table where the engine
// cannot express the query, "not run" where it was not asked. What a report does
// not hold has no heading.
//
// # The pictures
//
// Each is written as SVG, which the page shows, and as PNG. They are 900 pixels
// wide where a CSS pixel is a pixel. Colours are those of Okabe and Ito, which
// readers who do not see all colours tell apart; an engine has the same colour
// and the same mark in all pictures of a page. Files are called
// REPORT.KIND.SUITE.svg; files of such names that the page no longer shows are
// removed, and no others.
//
// The bytes depend on the reports, their names and the options only. Every file
// appears whole or not at all, the page after its pictures.
//
// Start at [Write], then suite.go for how results become tables, page.go for the
// order of the page, and picture.go for how a picture is made.
package report
