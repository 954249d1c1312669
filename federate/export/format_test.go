package export

import "testing"

func TestFormatOf(t *testing.T) {
	check := func(path string, want Format) {
		t.Helper()
		got, err := FormatOf(path)
		if err != nil || got != want {
			t.Errorf("FormatOf(%q) = %s, %v, want %s", path, got, err, want)
		}
	}
	checkErr := func(path, want string) {
		t.Helper()
		if got, err := FormatOf(path); err == nil || err.Error() != want {
			t.Errorf("FormatOf(%q) = %s, %v, want the error %s", path, got, err, want)
		}
	}
	check("gold.parquet", Parquet)
	check("dir.d/gold.CSV", CSV)
	check(".arrow", Arrow)
	checkErr("gold", `file "gold" has no ending that names its format, expected .parquet, .csv or .arrow`)
	checkErr("a.csv/gold", `file "a.csv/gold" has no ending that names its format, expected .parquet, .csv or .arrow`)
	checkErr("gold.xlsx", `file "gold.xlsx" ends in ".xlsx", expected .parquet, .csv or .arrow`)
	checkErr("gold.", `file "gold." ends in ".", expected .parquet, .csv or .arrow`)
}

func TestParseFormat(t *testing.T) {
	for f := Parquet; f <= Arrow; f++ {
		if got, err := ParseFormat(f.String()); err != nil || got != f {
			t.Errorf("ParseFormat(%q) = %s, %v, want %s", f.String(), got, err, f)
		}
	}
	for _, name := range []string{"", "avro", "Format(0)"} {
		want := `unknown format "` + name + `", expected parquet, csv or arrow`
		if got, err := ParseFormat(name); err == nil || err.Error() != want {
			t.Errorf("ParseFormat(%q) = %s, %v, want the error %s", name, got, err, want)
		}
	}
	if got, want := Format(9).String(), "Format(9)"; got != want {
		t.Errorf("Format(9) prints as %q, want %q", got, want)
	}
}
