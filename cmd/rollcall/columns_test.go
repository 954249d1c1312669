package main

import (
	"slices"
	"testing"
)

func TestSplitColumns(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             nil,
		" , ,":                         nil,
		"email":                        {"email"},
		" email,country , x y ":        {"email", "country", "x y"},
		"p sum(a, b) , c":              {"p sum(a, b)", "c"},
		"p where a in ('x', 'y')":      {"p where a in ('x', 'y')"},
		"p where a = 'x,y' count":      {"p where a = 'x,y' count"},
		"p where a = ',''(,' count, b": {"p where a = ',''(,' count", "b"},
		`"a,b", "c""," last`:           {`"a,b"`, `"c""," last`},
		"p (a, b":                      {"p (a, b"},
		"a), b":                        {"a)", "b"},
		"größe, été":                   {"größe", "été"},
	} {
		got, err := splitColumns(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"it's":   `a quote ' is not closed in "it's"`,
		`a, "b,`: `a quote " is not closed in "a, \"b,"`,
	} {
		if got, err := splitColumns(text); err == nil || err.Error() != want {
			t.Errorf("%q: %q, %v, want %s", text, got, err, want)
		}
	}
}

func TestColumnsFlagAddsUp(t *testing.T) {
	var columns []string
	flag := (*columnsFlag)(&columns)
	for _, text := range []string{"a,b", "", "c"} {
		if err := flag.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"a", "b", "c"}; !slices.Equal(columns, want) || flag.String() != "a,b,c" {
		t.Errorf("%q, %s, want %q", columns, flag, want)
	}
}
