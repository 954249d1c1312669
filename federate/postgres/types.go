package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/source"
)

// kind is how values of a type are sent.
type kind uint8

const (
	kindNone kind = iota // not read
	kindBoolean
	kindInt16
	kindInt32
	kindInt64
	kindFloat32
	kindFloat64
	kindNumeric // with a precision and a scale
	kindAnyNumeric
	kindText
	kindPadded // with blanks at the end that are no part of it
	kindUUID
	kindDate
	kindTimestamp
	kindInstant
)

// maxDigits is how many digits a decimal128 has.
const maxDigits = 38

// builtin are the types that every server has under the same number.
var builtin = map[uint32]kind{
	16: kindBoolean, 21: kindInt16, 23: kindInt32, 20: kindInt64, 700: kindFloat32, 701: kindFloat64,
	numericOID: kindNumeric, 25: kindText, 1043: kindText, 1042: kindPadded, 19: kindText, 2950: kindUUID,
	1082: kindDate, 1114: kindTimestamp, 1184: kindInstant,
}

const numericOID = 1700

// typeInfo is what the catalog says of a type that is not built in.
type typeInfo struct {
	name     string // as SQL has it
	class    string // typtype: b, c, d, e, p, r or m
	category string // typcategory
	element  uint32 // of an array
	base     uint32 // of a domain
	modifier int32  // of a domain
}

// columnType is how the values of a column are read.
type columnType struct {
	kind      kind
	arrow     arrow.DataType // of a list, of its elements; of kindAnyNumeric nil
	isList    bool
	name      string // of a type that is not read
	precision int32  // of kindNumeric, like scale
	scale     int32
}

// field returns the column in a schema. Of kindAnyNumeric there is no type yet. The
// collation is empty where strings are equal that are so byte by byte, and no others.
func (c *columnType) field(name, collation string) arrow.Field {
	f := arrow.Field{Name: name, Type: c.arrow, Nullable: true}
	switch {
	case c.kind == kindNone || c.kind == kindAnyNumeric:
		f.Type = arrow.Null
		f.Metadata = arrow.MetadataFrom(map[string]string{source.UnsupportedKey: c.name})
	case c.isList:
		f.Type = arrow.ListOf(c.arrow)
	}
	if collation != "" && f.Type != arrow.Null {
		f.Metadata = arrow.MetadataFrom(map[string]string{
			source.NoteKey:      "the database compares its strings by the collation " + collation + ", not byte by byte",
			source.CollationKey: collation,
		})
	}
	return f
}

// learn asks the catalog for types that are not built in, and for those that they
// are made of.
func (t *session) learn(ctx context.Context, fields []pgconn.FieldDescription) error {
	var wanted []uint32
	for i := range fields {
		wanted = append(wanted, fields[i].DataTypeOID)
	}
	for len(wanted) > 0 {
		wanted = t.source.unknown(wanted)
		if len(wanted) == 0 {
			return nil
		}
		more, err := t.look(ctx, wanted)
		if err != nil {
			return fmt.Errorf("the types of columns: %w", err)
		}
		wanted = more
	}
	return nil
}

// unknown returns those of some types that are neither built in nor known.
func (s *Source) unknown(types []uint32) []uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []uint32
	for _, oid := range types {
		if _, isBuiltin := builtin[oid]; !isBuiltin && oid != 0 && s.types[oid] == nil && !slices.Contains(list, oid) {
			list = append(list, oid)
		}
	}
	return list
}

// look asks for types and returns those that they are made of.
func (t *session) look(ctx context.Context, types []uint32) (more []uint32, err error) {
	texts := make([]string, len(types))
	for i, oid := range types {
		texts[i] = strconv.FormatUint(uint64(oid), 10)
	}
	rows, err := t.ask(ctx, `SELECT oid, pg_catalog.format_type(oid, NULL), typtype, typcategory, CASE WHEN typlen = -1 THEN typelem ELSE 0 END, typbasetype, typtypmod
FROM pg_catalog.pg_type WHERE oid = ANY ($1::pg_catalog.oid[])`, "{"+strings.Join(texts, ",")+"}")
	if err != nil {
		return nil, err
	}
	t.source.mu.Lock()
	defer t.source.mu.Unlock()
	for _, oid := range types {
		t.source.types[oid] = &typeInfo{name: fmt.Sprintf("type %d", oid)} // made after the snapshot
	}
	for _, row := range rows {
		info := &typeInfo{
			name: string(row[1]), class: string(row[2]), category: string(row[3]),
			element: number(row[4]), base: number(row[5]), modifier: int32(number(row[6])),
		}
		t.source.types[number(row[0])] = info
		more = append(more, info.element, info.base)
	}
	return more, nil
}

// number reads an OID, or a modifier, of the server's text.
func number(text []byte) uint32 {
	x, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0
	}
	return uint32(x)
}

// typeOf returns how a column is read whose types have been learnt.
func (s *Source) typeOf(oid uint32, modifier int32) columnType {
	if k, ok := builtin[oid]; ok {
		return scalar(k, modifier)
	}
	s.mu.Lock()
	info := s.types[oid]
	s.mu.Unlock()
	switch {
	case info == nil:
		return columnType{name: fmt.Sprintf("type %d", oid)}
	case info.class == "d":
		return s.typeOf(info.base, info.modifier)
	case info.class == "e", info.category == "S" && isCitext(info.name):
		return scalar(kindText, modifier)
	case info.category == "A" && info.element != 0:
		return s.listOf(info, modifier)
	}
	return columnType{name: info.name}
}

// listOf returns how an array is read.
func (s *Source) listOf(info *typeInfo, modifier int32) columnType {
	c := s.typeOf(info.element, modifier)
	if c.isList || c.kind == kindNone || c.kind == kindAnyNumeric {
		if c.name == "" {
			c.name = info.name
		}
		return columnType{name: "array of " + c.name}
	}
	c.isList = true
	return c
}

// isCitext reports whether a type is that of the extension citext, in whatever
// schema it was installed.
func isCitext(name string) bool { return name == "citext" || strings.HasSuffix(name, ".citext") }

// scalar returns how values that are no arrays are read.
func scalar(k kind, modifier int32) columnType {
	c := columnType{kind: k}
	switch k {
	case kindBoolean:
		c.arrow = arrow.FixedWidthTypes.Boolean
	case kindInt16:
		c.arrow = arrow.PrimitiveTypes.Int16
	case kindInt32:
		c.arrow = arrow.PrimitiveTypes.Int32
	case kindInt64:
		c.arrow = arrow.PrimitiveTypes.Int64
	case kindFloat32:
		c.arrow = arrow.PrimitiveTypes.Float32
	case kindFloat64:
		c.arrow = arrow.PrimitiveTypes.Float64
	case kindText, kindPadded, kindUUID:
		c.arrow = arrow.BinaryTypes.String
	case kindDate:
		c.arrow = arrow.FixedWidthTypes.Date32
	case kindTimestamp:
		c.arrow = &arrow.TimestampType{Unit: arrow.Microsecond}
	case kindInstant:
		c.arrow = arrow.FixedWidthTypes.Timestamp_us
	case kindNumeric:
		return numericType(modifier)
	}
	return c
}

// A modifier of numeric is the precision in 16 bits, then the scale in 11, signed,
// all that plus 4.
const (
	modifierOffset = 4
	precisionShift = 16
	precisionMask  = 0xffff
	scaleMask      = 0x7ff
	scaleSign      = 0x400
)

// numericType returns how a numeric with a modifier is read. The scale may be
// negative, or greater than the precision, since version 15.
func numericType(modifier int32) columnType {
	if modifier < modifierOffset {
		return columnType{kind: kindAnyNumeric, name: "numeric without a precision (cast it to numeric(p,s) in a view)"}
	}
	m := modifier - modifierOffset
	declared := m >> precisionShift & precisionMask
	scale := (m&scaleMask ^ scaleSign) - scaleSign
	precision := max(declared, scale)
	if scale < 0 {
		precision -= scale
	}
	if precision > maxDigits {
		return columnType{name: fmt.Sprintf("numeric(%d,%d), of more than %d digits", declared, scale, maxDigits)}
	}
	scale = max(scale, 0)
	return columnType{kind: kindNumeric, arrow: &arrow.Decimal128Type{Precision: precision, Scale: scale}, precision: precision, scale: scale}
}
