package thrift

// Type of a message.
type Type byte

// Types of messages.
const (
	Call      Type = 1
	Reply     Type = 2
	Exception Type = 3 // the body is that of an application exception: 1 message, 2 type
)

// Wire types of values.
const (
	wireStop   = 0
	wireBool   = 2
	wireByte   = 3
	wireDouble = 4
	wireI16    = 6
	wireI32    = 8
	wireI64    = 10
	wireString = 11
	wireStruct = 12
	wireMap    = 13
	wireSet    = 14
	wireList   = 15
)

// Struct is a struct that was read: field numbers to values of the types bool,
// int8, int16, int32, int64, float64, []byte (strings and binaries), Struct, []any
// (lists and sets) and map[any]any, whose keys are strings, numbers or bools. Byte
// slices are parts of the bytes that were decoded.
//
// Its methods return the zero value where a field is missing or of another type.
type Struct map[int16]any

// Text returns a string.
func (s Struct) Text(field int16) string {
	b, _ := s[field].([]byte)
	return string(b)
}

// Bytes returns a binary, as a part of the bytes that were decoded.
func (s Struct) Bytes(field int16) []byte {
	b, _ := s[field].([]byte)
	return b
}

// Bool returns a bool.
func (s Struct) Bool(field int16) bool {
	b, _ := s[field].(bool)
	return b
}

// Int returns a whole number of any size.
func (s Struct) Int(field int16) int64 {
	switch v := s[field].(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case int64:
		return v
	}
	return 0
}

// Has tells whether the field is there, of whatever type.
func (s Struct) Has(field int16) bool {
	_, ok := s[field]
	return ok
}

// Struct returns a struct, nil where there is none; a nil Struct has no fields.
func (s Struct) Struct(field int16) Struct {
	v, _ := s[field].(Struct)
	return v
}

// List returns a list or set.
func (s Struct) List(field int16) []any {
	v, _ := s[field].([]any)
	return v
}

// Texts returns a map of strings to strings, without entries of other types.
func (s Struct) Texts(field int16) map[string]string {
	m, _ := s[field].(map[any]any)
	texts := make(map[string]string, len(m))
	for k, v := range m {
		key, isText := k.(string)
		value, isBytes := v.([]byte)
		if isText && isBytes {
			texts[key] = string(value)
		}
	}
	return texts
}
