package access_test

import (
	"encoding/json"
	"fmt"
	"log"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/federate/export"
)

func TestRoles(t *testing.T) {
	for _, r := range []access.Roles{access.Counts, access.Members, access.Segments, access.Counts | access.Segments, 0} {
		for _, wanted := range []access.Roles{access.Counts, access.Members, access.Segments, access.Admin, access.Counts | access.Members} {
			if got := r.Has(wanted); got != (r&wanted == wanted) {
				t.Errorf("%v has %v: %t", r, wanted, got)
			}
			if !(r | access.Admin).Has(wanted) {
				t.Errorf("admin has no %v", wanted)
			}
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back access.Roles
		if err := json.Unmarshal(data, &back); err != nil || back != r {
			t.Errorf("%v is %s and back %v, %v", r, data, back, err)
		}
	}
	if got := (access.Counts | access.Admin).String() + "; " + access.Roles(0).String(); got != "counts, admin; none" {
		t.Errorf("got %s", got)
	}
	for name, want := range map[string]string{
		"cuonts": `unknown role "cuonts", expected one of counts, members, segments, admin; did you mean "counts"?`,
		"root":   `unknown role "root", expected one of counts, members, segments, admin`,
	} {
		if _, err := access.ParseRoles("admin", name); err == nil || err.Error() != want {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
}

func TestMasks(t *testing.T) {
	columns := []string{"key", "email", "city"}
	rules, err := access.NewMasks(
		access.MaskRule{Column: "email", Role: access.Members, Mask: export.Redact},
		access.MaskRule{Column: "email", Role: access.Segments, Mask: export.Hash},
		access.MaskRule{Column: "city", Role: access.Counts, Mask: export.Clear},
	)
	if err != nil {
		t.Fatal(err)
	}
	const c, h, r = export.Clear, export.Hash, export.Redact
	tests := []struct {
		masks access.Masks
		roles access.Roles
		want  [3]export.Mask
	}{
		{access.Masks{}, 0, [3]export.Mask{r, r, r}},
		{access.Masks{}, access.Counts | access.Segments, [3]export.Mask{r, r, r}},
		{access.Masks{}, access.Members, [3]export.Mask{c, c, c}},
		{access.Masks{}, access.Admin, [3]export.Mask{c, c, c}},
		{rules, 0, [3]export.Mask{r, r, r}},
		{rules, access.Counts, [3]export.Mask{r, r, c}},
		{rules, access.Members, [3]export.Mask{c, r, c}},
		{rules, access.Segments, [3]export.Mask{r, h, r}},
		{rules, access.Members | access.Segments, [3]export.Mask{c, h, c}},
		{rules, access.Admin, [3]export.Mask{c, c, c}},
	}
	for _, test := range tests {
		want := map[string]export.Mask{}
		for i, column := range columns {
			want[column] = test.want[i]
		}
		if diff := cmp.Diff(want, test.masks.Of(test.roles, columns)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.roles, diff)
		}
	}
	if err := rules.Check(columns); err != nil {
		t.Error(err)
	}
	for want, has := range map[string][]string{
		`there is no column "email" to mask; did you mean "emial"?`:     {"key", "emial", "city"},
		`there is no column "city" to mask, expected one of key, email`: {"key", "email"},
	} {
		if err := rules.Check(has); err == nil || err.Error() != want {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
}

func TestBadMasks(t *testing.T) {
	good := access.MaskRule{Column: "email", Role: access.Members, Mask: export.Hash}
	tests := []struct {
		rule access.MaskRule
		want string
	}{
		{access.MaskRule{Role: access.Members}, "mask rule 2: it has no column, expected the name of one"},
		{access.MaskRule{Column: "email"}, `mask rule 2: column "email" has the roles none, expected one of counts, members, segments, admin`},
		{access.MaskRule{Column: "email", Role: access.Counts | access.Admin}, `mask rule 2: column "email" has the roles counts, admin, expected one of counts, members, segments, admin`},
		{access.MaskRule{Column: "email", Role: access.Counts, Mask: 7}, `mask rule 2: column "email" has the mask Mask(7), expected clear, hash or redact`},
		{good, `mask rule 2: column "email" has a mask for members twice`},
	}
	for _, test := range tests {
		if _, err := access.NewMasks(good, test.rule); err == nil || err.Error() != test.want {
			t.Errorf("got %v, expected %s", err, test.want)
		}
	}
}

func ExampleSet() {
	folder, remove := tempFolder()
	defer remove()
	tokens, err := access.Open(filepath.Join(folder, "tokens.json"))
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	_, secret, err := tokens.Add("Ada", access.Counts|access.Segments, now.AddDate(0, 3, 0), now)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(secret)
	token, err := tokens.Find(secret.Reveal(), now)
	fmt.Println(token.Name, "|", token.Roles, "|", token.Roles.Has(access.Members), err)
	_, err = tokens.Find(secret.Reveal(), now.AddDate(1, 0, 0))
	fmt.Println(err)
	// Output:
	// [secret]
	// Ada | counts, segments | false <nil>
	// access denied: expected a valid token
}

func ExampleMasks() {
	masks, err := access.NewMasks(access.MaskRule{Column: "email", Role: access.Members, Mask: export.Hash})
	if err != nil {
		log.Fatal(err)
	}
	columns := []string{"city", "email"}
	fmt.Println(masks.Of(access.Counts, columns))
	fmt.Println(masks.Of(access.Members, columns))
	// Output:
	// map[city:redact email:redact]
	// map[city:clear email:hash]
}
