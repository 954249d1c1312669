package model

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	keys := []string{"name", "database", "table", "key_column", "value_column", "größe"}
	for _, tt := range []struct{ name, want string }{
		{"table", "table"},
		{"TABLE", "table"},                  // case is free
		{"tabel", "table"},                  // a swap of neighbours
		{"tble", "table"},                   // a letter left out
		{"tablee", "table"},                 // a letter too many
		{"tabke", "table"},                  // another letter
		{"valu_colum", "value_column"},      // two edits
		{"val_colum", ""},                   // three
		{"VALUE_COLUNM", "value_column"},    // a swap in capitals
		{"nm", ""},                          // two edits of a word of two
		{"nme", "name"},                     // one of three
		{"nam", "name"},                     //
		{"na", ""},                          // two edits of two letters
		{"tabxy", "table"},                  // two of five
		{"größ", "größe"},                   // characters, not bytes
		{"grösse", "größe"},                 // two
		{"GRÖSSE", ""},                      // only ASCII letters fold
		{"", ""},                            //
		{strings.Repeat("table", 1000), ""}, //
		{"name\x00", "name"},                //
		{"\xff\xfe", ""},                    // no UTF-8
		{"something_else_entirely_so_far_away", ""},
	} {
		if got := Nearest(tt.name, keys); got != tt.want {
			t.Errorf("Nearest(%.40q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestNearestOfSeveral(t *testing.T) {
	for _, tt := range []struct {
		name string
		from []string
		want string
	}{
		{"coat", []string{"boat", "goat"}, "boat"},           // equally near: the first
		{"coats", []string{"boat", "coat"}, "coat"},          // the nearer, though later
		{"Email", []string{"emails", "email"}, "email"},      // equal but for case is nearest
		{"email", nil, ""},                                   //
		{"email", []string{"", "e", "telephone_number"}, ""}, //
	} {
		if got := Nearest(tt.name, tt.from); got != tt.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", tt.name, tt.from, got, tt.want)
		}
	}
}
