package main

import "testing"

func TestSplitLocation(t *testing.T) {
	for given, want := range map[string][2]string{
		"warehouse":                    {"", "warehouse"},
		"crm=warehouse":                {"crm", "warehouse"},
		"1234=/data/dt=2024":           {"1234", "/data/dt=2024"},
		"a.b-c_d=file:///x":            {"a.b-c_d", "file:///x"},
		"./dt=2024":                    {"", "./dt=2024"},
		"/data/dt=2024":                {"", "/data/dt=2024"},
		"databricks://host/x?schema=y": {"", "databricks://host/x?schema=y"},
		"=x":                           {"", "=x"},
		"x=":                           {"", "x="},
	} {
		if name, location := splitLocation(given); name != want[0] || location != want[1] {
			t.Errorf("%q is %q at %q, want %q at %q", given, name, location, want[0], want[1])
		}
	}
}
