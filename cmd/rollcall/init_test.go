package main

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

func TestSingular(t *testing.T) {
	for many, one := range map[string]string{
		"purchases": "purchase", "activities": "activity", "boxes": "box", "classes": "class", "branches": "branch",
		"status": "status", "analysis": "analysis", "user": "user", "news": "new", "s": "s", "": "", "ies": "ie",
	} {
		if got := singular(many); got != one {
			t.Errorf("singular of %q is %q, want %q", many, got, one)
		}
	}
}

func TestBehaviorName(t *testing.T) {
	for table, want := range map[string]string{
		"purchases": "purchase", "page_views": "page_view", "PageViews": "PageView", "user_activities": "user_activity",
		"email opens": "email open", "ÉVÉNEMENTS": "ÉVÉNEMENT", "x_": "x_", "2024": "2024",
	} {
		if got := behaviorName(table); got != want {
			t.Errorf("behavior of the table %q is %q, want %q", table, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{
		"customer_id": "customer id", "customerId": "customer id", "CustomerID": "customer id", "full name": "full name",
		"userÉtat": "user état", "a1B2": "a1b2", "": "", "__": "",
	} {
		if got := strings.Join(words(name), " "); got != want {
			t.Errorf("words of %q are %q, want %q", name, got, want)
		}
	}
}

func TestIsKeyName(t *testing.T) {
	for name, want := range map[string]bool{
		"customer_id": true, "userId": true, "id": true, "email": true, "customerid": true, "account_no": true, "uuid": true,
		"paid": false, "grid": false, "amount": false, "idle": false, "": false,
	} {
		if isKeyName(name) != want {
			t.Errorf("%q is called like a key: %v, want %v", name, !want, want)
		}
	}
}

func TestPersonScore(t *testing.T) {
	for table, want := range map[string]int{
		"customers": 2, "dim_customer": 2, "crm_users": 2, "People": 2, "customer_metrics": 1, "purchases": 0, "": 0,
	} {
		if got := personScore(table); got != want {
			t.Errorf("score of the table %q is %d, want %d", table, got, want)
		}
	}
}

// TestTimeScore compares names of times of one table: the first is likelier.
func TestTimeScore(t *testing.T) {
	for _, c := range [][3]string{
		{"purchases", "purchased_at", "updated_at"},
		{"purchases", "purchased_at", "created_at"},
		{"orders", "order_date", "delivery_end_date"},
		{"visits", "event_time", "load_time_updated"},
		{"logins", "created_at", "valid_until"},
		{"page_views", "viewed_at", "date"},
		{"x", "timestamp", "birth_date"},
	} {
		first, second := timeScore(c[0], c[1]), timeScore(c[0], c[2])
		if first <= second {
			t.Errorf("table %q: %q has %d, %q has %d, want more for the first", c[0], c[1], first, c[2], second)
		}
	}
}

// TestDraftComments writes names that would end a comment or a text.
func TestDraftComments(t *testing.T) {
	names := []string{"a\nmaster_table: {}", "b\u2028c", "d: \"e\" # f", "'", "\x00\x1b[2J", "- g", "\ufeff", "é世界"}
	d := &draft{parent: &model.ParentSegment{
		Name: "x", Timezone: "UTC",
		Master: model.Master{Table: model.TableRef{Schema: "s", Table: "t"}, KeyColumn: "k", AllColumns: true},
	}}
	for _, name := range names {
		d.master = append(d.master, "about "+name)
		d.attributes = append(d.attributes, name)
		d.parent.Attributes = append(d.parent.Attributes, model.AttributeSource{
			Name: name, Table: d.parent.Master.Table, KeyColumn: "k", ValueColumn: name,
		})
		d.leftOut = append(d.leftOut, leftOutTable{name, name})
	}
	text := d.append(nil, "somewhere\nelse: x")
	p, err := model.Parse("", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(p.Attributes) != len(names) {
		t.Fatalf("%d attributes, want %d:\n%s", len(p.Attributes), len(names), text)
	}
	for i, name := range names {
		if p.Attributes[i].Name != name || p.Attributes[i].ValueColumn != name {
			t.Errorf("attribute %d is %q over %q, want %q", i, p.Attributes[i].Name, p.Attributes[i].ValueColumn, name)
		}
	}
	for line := range strings.Lines(string(text)) {
		if strings.ContainsAny(line, "\x00\x1b\u2028\ufeff") && strings.HasPrefix(strings.TrimSpace(line), "#") {
			t.Errorf("a comment has a character that cannot be printed: %q", line)
		}
	}
}
