package thrift_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// streamed is a binary that writes itself, or less than it says.
type streamed struct {
	text  string
	short int
}

func (s streamed) Size() int { return len(s.text) }

func (s streamed) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, s.text[s.short:])
	return int64(n), err
}

// encode returns the bytes of a message.
func encode(t *testing.T, name string, typ thrift.Type, body thrift.Fields) []byte {
	t.Helper()
	encoded, err := thrift.Encode(name, typ, 5, body)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	n, err := encoded.WriteTo(&b)
	if err != nil {
		t.Fatal(err)
	}
	if int(n) != encoded.Size() || b.Len() != encoded.Size() {
		t.Errorf("%d bytes written, %d said, %d announced", b.Len(), n, encoded.Size())
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	body := thrift.Fields{
		{Number: 1, Value: true},
		{Number: 2, Value: int8(-3)},
		{Number: 3, Value: int16(-300)},
		{Number: 4, Value: int32(-70_000)},
		{Number: 5, Value: int64(-1 << 40)},
		{Number: 6, Value: math.Pi},
		{Number: 7, Value: "text"},
		{Number: 8, Value: []byte{0, 1}},
		{Number: 9, Value: thrift.Fields{{Number: 1, Value: false}}},
		{Number: 10, Value: thrift.List{int32(1), int32(2)}},
		{Number: 11, Value: thrift.List{}},
		{Number: 12, Value: map[string]string{"b": "2", "a": "1"}},
		{Number: 13, Value: thrift.Structs{"k": {{Number: 1, Value: int32(4)}}}},
		{Number: 14, Value: streamed{text: "a stream"}},
		{Number: 15, Value: nil}, // left out
		{Number: 1281, Value: "large number"},
	}
	m, err := thrift.Decode(encode(t, "Method", thrift.Call, body))
	if err != nil {
		t.Fatal(err)
	}
	want := &thrift.Message{Name: "Method", Type: thrift.Call, Sequence: 5, Body: thrift.Struct{
		1: true, 2: int8(-3), 3: int16(-300), 4: int32(-70_000), 5: int64(-1 << 40), 6: math.Pi, 7: []byte("text"), 8: []byte{0, 1},
		9: thrift.Struct{1: false}, 10: []any{int32(1), int32(2)}, 11: []any{}, 12: map[any]any{"a": []byte("1"), "b": []byte("2")},
		13: map[any]any{"k": thrift.Struct{1: int32(4)}}, 14: []byte("a stream"), 1281: []byte("large number"),
	}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
}

// TestBytes has a message as the protocol's description says, byte by byte.
func TestBytes(t *testing.T) {
	got := hex.EncodeToString(encode(t, "Go", thrift.Reply, thrift.Fields{{Number: 0, Value: thrift.Fields{
		{Number: 1, Value: "hi"}, {Number: 1281, Value: thrift.List{int64(9)}}, {Number: 3, Value: map[string]string{"k": "v"}},
	}}}))
	want := strings.Join([]string{
		"80010002",          // version, reply
		"00000002" + "476f", // name
		"00000005",          // sequence
		"0c" + "0000",       // struct 0
		"0b" + "0001" + "00000002" + "6869",
		"0f" + "0501" + "0a" + "00000001" + "0000000000000009",
		"0d" + "0003" + "0b" + "0b" + "00000001" + "00000001" + "6b" + "00000001" + "76",
		"00", "00", // ends of both structs
	}, "")
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAccessors(t *testing.T) {
	s := thrift.Struct{
		1: []byte("x"), 2: true, 3: int8(1), 4: int16(2), 5: int32(3), 6: int64(4), 7: thrift.Struct{1: int32(8)}, 8: []any{true},
		9: map[any]any{"a": []byte("b"), int32(1): []byte("c"), "d": true},
	}
	if s.Text(1) != "x" || string(s.Bytes(1)) != "x" || !s.Bool(2) || s.Int(3)+s.Int(4)+s.Int(5)+s.Int(6) != 10 || s.Struct(7).Int(1) != 8 || len(s.List(8)) != 1 {
		t.Errorf("a value of %v is read wrong", s)
	}
	if diff := cmp.Diff(map[string]string{"a": "b"}, s.Texts(9)); diff != "" {
		t.Error(diff)
	}
	for _, none := range []thrift.Struct{s, nil} { // 99 is missing, 2 of other types
		if none.Text(99) != "" || none.Bytes(2) != nil || none.Bool(1) && true || none.Int(2) != 0 || none.Struct(1).Struct(1) != nil ||
			none.List(1) != nil || len(none.Texts(1)) != 0 || none.Has(99) {
			t.Errorf("%v has a value that is not there", none)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	whole := encode(t, "M", thrift.Call, thrift.Fields{{Number: 1, Value: "abc"}})
	deep := append([]byte{}, whole[:13]...)
	deep = append(deep, bytes.Repeat([]byte{12, 0, 1}, 100)...)
	value := func(b ...byte) []byte { return append(append([]byte{}, whole[:13]...), b...) }
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"nothing":        {nil, "thrift: at byte 0: 4 bytes wanted, 0 left"},
		"old protocol":   {[]byte{0, 0, 0, 1, 'M'}, "thrift: at byte 0: version is 0x00000001, expected 0x80010000 and a type"},
		"cut":            {whole[:len(whole)-1], "thrift: at byte 23: 1 bytes wanted, 0 left"},
		"more":           {append(append([]byte{}, whole...), 1, 2), "thrift: at byte 24: 2 bytes after the end of the message"},
		"long string":    {value(11, 0, 1, 0x7f, 0xff, 0xff, 0xff), "thrift: at byte 20: 2147483647 bytes wanted, 0 left"},
		"negative":       {value(11, 0, 1, 0xff, 0xff, 0xff, 0xff), "thrift: at byte 20: -1 bytes wanted, 0 left"},
		"long list":      {value(15, 0, 1, 12, 0x10, 0, 0, 0), "thrift: at byte 21: 268435456 elements in 0 bytes"},
		"unknown type":   {value(5, 0, 1), "thrift: at byte 16: unknown type 5"},
		"deep":           {deep, "thrift: at byte 208: values more than 64 deep"},
		"keys of a kind": {value(13, 0, 1, 15, 2, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1), "thrift: at byte 27: a map has keys of type 15"},
	} {
		_, err := thrift.Decode(c.bytes)
		if e := (*thrift.FormatError)(nil); !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	for want, value := range map[string]any{
		"thrift: a value of type uint8 cannot be written":                   uint8(1),
		"thrift: a list has elements of the types int32 and string":         thrift.List{int32(1), "x"},
		"thrift: a value of type map[string]int cannot be written":          map[string]int{},
		"thrift: a value of type thrift_test.odd cannot be written":         odd{},
		"thrift: a length of 2147483648, at most 2147483647 can be written": large{},
	} {
		if _, err := thrift.Encode("M", thrift.Reply, 1, thrift.Fields{{Number: 1, Value: value}}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	encoded, err := thrift.Encode("M", thrift.Reply, 1, thrift.Fields{{Number: 1, Value: streamed{"abc", 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := encoded.WriteTo(io.Discard); err == nil || err.Error() != "thrift: a binary of 3 bytes wrote 2" {
		t.Errorf("%v, want that a binary lied", err)
	}
}

type odd struct{}

// large is a binary that no message can hold.
type large struct{}

func (large) Size() int                        { return math.MaxInt32 + 1 }
func (large) WriteTo(io.Writer) (int64, error) { return 0, nil }

// FuzzDecode checks that bytes decode or are refused, and that what decodes
// is the same after it was written and decoded again.
func FuzzDecode(f *testing.F) {
	var seed bytes.Buffer
	encoded, err := thrift.Encode("FetchResults", thrift.Reply, 1, thrift.Fields{{Number: thrift.Result, Value: thrift.Fields{
		{Number: 1, Value: int32(0)}, {Number: 2, Value: thrift.List{"a", "b"}}, {Number: 3, Value: map[string]string{"k": "v"}},
		{Number: 4, Value: 1.5}, {Number: 5, Value: thrift.Structs{"s": {}}},
	}}})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := encoded.WriteTo(&seed); err != nil {
		f.Fatal(err)
	}
	f.Add(seed.Bytes())
	f.Add(binary.BigEndian.AppendUint32(nil, 0x80010001))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := thrift.Decode(b)
		if err != nil {
			return
		}
		body, ok := again(m.Body).(thrift.Fields)
		if !ok {
			return // has what is only read: a map of other than texts, a list of several types
		}
		encoded, err := thrift.Encode(m.Name, m.Type, m.Sequence, body)
		if err != nil {
			return
		}
		var written bytes.Buffer
		if _, err := encoded.WriteTo(&written); err != nil {
			t.Fatal(err)
		}
		m2, err := thrift.Decode(written.Bytes())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(m, m2, cmp.Comparer(sameBits)); diff != "" {
			t.Error(diff)
		}
	})
}

// sameBits compares floats so that NaN equals itself.
func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// again turns what was read into what can be written; nil where that cannot be.
func again(value any) any {
	switch v := value.(type) {
	case thrift.Struct:
		fields := thrift.Fields{}
		for number, field := range v {
			f := again(field)
			if f == nil {
				return nil
			}
			fields = append(fields, thrift.Field{Number: number, Value: f})
		}
		return fields
	case []any:
		list := thrift.List{}
		for _, element := range v {
			e := again(element)
			if e == nil {
				return nil
			}
			list = append(list, e)
		}
		return list
	case map[any]any:
		texts := map[string]string{}
		for key, text := range v {
			k, isText := key.(string)
			b, isBytes := text.([]byte)
			if !isText || !isBytes {
				return nil
			}
			texts[k] = string(b)
		}
		return texts
	}
	return value
}
