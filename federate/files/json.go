package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// jsonKind is what a JSON value is.
type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonText
	jsonNumber
	jsonBoolean
	jsonList
	jsonObject // its fields are not kept
)

// jsonValue is a value of JSON. Its zero value is null.
type jsonValue struct {
	kind     jsonKind
	text     string // decoded text, or the source text of a number or boolean
	elements []jsonValue
}

type jsonField struct {
	key   string
	value jsonValue
}

// jsonReadings says as what the values of a kind may be read: text is never a
// number.
var jsonReadings = map[jsonKind]reading{jsonText: asTime, jsonNumber: asNumber, jsonBoolean: asBoolean}

// parseObject reads a line that is one object. Keys occur once.
func parseObject(line []byte) ([]jsonField, error) {
	if err := checkSurrogates(line); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	token, err := d.Token()
	if err != nil {
		return nil, jsonError(d, err)
	}
	if token != json.Delim('{') {
		return nil, fmt.Errorf("one object per line was expected, not %s", describe(token))
	}
	var fields []jsonField
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, jsonError(d, err)
		}
		key := token.(string)
		if seen[key] {
			return nil, fmt.Errorf("the key %q is there twice", key)
		}
		seen[key] = true
		v, err := parseValue(d)
		if err != nil {
			return nil, jsonError(d, err)
		}
		fields = append(fields, jsonField{key, v})
	}
	if _, err := d.Token(); err != nil {
		return nil, jsonError(d, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the object, at byte %d", d.InputOffset())
	}
	return fields, nil
}

// jsonError says in our words where a line stops being JSON.
func jsonError(d *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the line ends inside of an object")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not JSON at byte %d: %w", d.InputOffset()+1, err)
	}
	return err
}

func describe(token json.Token) string {
	switch token.(type) {
	case json.Delim:
		return "a list"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	default:
		return "null"
	}
}

// parseValue reads one value.
func parseValue(d *json.Decoder) (jsonValue, error) {
	token, err := d.Token()
	if err != nil {
		return jsonValue{}, err
	}
	if token == json.Delim('[') {
		return parseList(d)
	}
	return parseFlat(d, token)
}

// parseList reads up to the end of the list that has been opened.
func parseList(d *json.Decoder) (jsonValue, error) {
	v := jsonValue{kind: jsonList}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return v, err
		}
		e, err := parseFlat(d, token)
		if err != nil {
			return v, err
		}
		v.elements = append(v.elements, e)
	}
	_, err := d.Token()
	return v, err
}

// parseFlat reads the value that starts with token. It skips what is in a list
// or an object, and takes no stack for lists inside of lists.
func parseFlat(d *json.Decoder, token json.Token) (jsonValue, error) {
	switch t := token.(type) {
	case string:
		return jsonValue{kind: jsonText, text: t}, nil
	case json.Number:
		return jsonValue{kind: jsonNumber, text: t.String()}, nil
	case bool:
		return jsonValue{kind: jsonBoolean, text: strconv.FormatBool(t)}, nil
	case json.Delim:
		kind := jsonObject
		if t == '[' {
			kind = jsonList
		}
		return jsonValue{kind: kind}, skipNested(d)
	}
	return jsonValue{}, nil
}

// skipNested reads up to the end of the list or object that has been opened.
func skipNested(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// checkSurrogates refuses halves of surrogate pairs, which are no characters:
// encoding/json would put another character in their place.
func checkSurrogates(line []byte) error {
	for i := 0; i+1 < len(line); i++ {
		if line[i] != '\\' {
			continue
		}
		i++ // an escaped backslash starts no escape of its own
		switch unit := escapedUnit(line[i-1:]); {
		case unit < 0xD800 || unit > 0xDFFF:
		case unit < 0xDC00 && i+5 < len(line) && isLow(escapedUnit(line[i+5:])):
			i += 10
		default:
			return fmt.Errorf(`\u%04x at byte %d is half of a character`, unit, i)
		}
	}
	return nil
}

func isLow(unit int) bool { return 0xDC00 <= unit && unit <= 0xDFFF }

// escapedUnit returns the number of the \uXXXX that b starts with, or -1.
func escapedUnit(b []byte) int {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	u, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(u)
}

// jsonType finds the type of a column of JSON values.
type jsonType struct {
	values   inferrer // of the values, or of the elements of lists
	isScalar bool
	isList   bool
	other    string // a type that is not supported, once one was seen
}

func (t *jsonType) add(v jsonValue) {
	switch v.kind {
	case jsonNull:
	case jsonObject:
		t.other = "STRUCT"
	case jsonList:
		t.isList = true
		for _, e := range v.elements {
			switch e.kind {
			case jsonNull:
			case jsonObject:
				t.other = "LIST of STRUCT"
			case jsonList:
				t.other = "LIST of LIST"
			default:
				t.values.add(e.text, jsonReadings[e.kind])
			}
		}
	default:
		t.isScalar = true
		t.values.add(v.text, jsonReadings[v.kind])
	}
}

// field returns the column's type in a field without a name.
func (t *jsonType) field() arrow.Field {
	switch {
	case t.other != "":
		return unsupportedField(t.other)
	case t.isList && t.isScalar:
		return unsupportedField("LIST in some lines and single values in others")
	case t.isList:
		return arrow.Field{Type: arrow.ListOf(t.values.dataType()), Nullable: true}
	}
	return arrow.Field{Type: t.values.dataType(), Nullable: true}
}

// jsonColumn takes the values of one column to a builder.
type jsonColumn struct {
	name    string
	column  int // position among the table's columns
	builder array.Builder
	list    *array.ListBuilder // the builder, where the column is a list
	text    func(string) error // takes values, or elements of lists
}

func newJSONColumn(name string, column int, b array.Builder) jsonColumn {
	c := jsonColumn{name: name, column: column, builder: b}
	if list, ok := b.(*array.ListBuilder); ok {
		c.list = list
		b = list.ValueBuilder()
	}
	c.text = textAppender(b)
	return c
}

func (c *jsonColumn) put(v jsonValue) error {
	switch {
	case v.kind == jsonNull:
		c.builder.AppendNull()
		return nil
	case v.kind == jsonObject, (v.kind == jsonList) != (c.list != nil):
		return errors.New("a value of another kind than at first; did the file change?")
	case c.list == nil:
		return c.text(v.text)
	}
	c.list.Append(true)
	for _, e := range v.elements {
		switch e.kind {
		case jsonNull:
			c.list.ValueBuilder().AppendNull()
		case jsonObject, jsonList:
			return errors.New("an element of another kind than at first; did the file change?")
		default:
			if err := c.text(e.text); err != nil {
				return err
			}
		}
	}
	return nil
}
