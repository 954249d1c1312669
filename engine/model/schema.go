package model

// Schema is a parent segment as a load found it: names with exact types. It is
// what rules are checked against. A Schema is not changed after it is made and
// is safe for concurrent use.
type Schema struct {
	Name       string      `json:"name"`     // of the parent segment
	Timezone   string      `json:"timezone"` // IANA name
	KeyColumn  string      `json:"key_column"`
	KeyType    Type        `json:"key_type"` // String, or Number held as Int64
	Attributes []Attribute `json:"attributes"`
	Behaviors  []Behavior  `json:"behaviors"`
}

// Attribute is a named, typed property of a customer.
type Attribute struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Behavior is a named stream of timestamped events.
type Behavior struct {
	Name       string  `json:"name"`
	TimeColumn string  `json:"time_column"` // what rules may call the event's time
	Fields     []Field `json:"fields"`      // without key and time
}

// Field is a named, typed property of an event.
type Field struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Attribute returns the position of the attribute called name in
// s.Attributes, or -1.
func (s *Schema) Attribute(name string) int {
	for i := range s.Attributes {
		if s.Attributes[i].Name == name {
			return i
		}
	}
	return -1
}

// Behavior returns the position of the behavior called name in s.Behaviors, or
// -1.
func (s *Schema) Behavior(name string) int {
	for i := range s.Behaviors {
		if s.Behaviors[i].Name == name {
			return i
		}
	}
	return -1
}
