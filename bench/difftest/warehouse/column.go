package warehouse

import (
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Column is a column of a table.
type Column struct {
	Name   string
	Values []any // by row, as oracle.Table has them, save that times are as their encoding holds them
	storage
}

// storage is how a column holds its values.
type storage struct {
	model.Type
	encoding model.TimeEncoding // of a Timestamp
	// narrow columns hold numbers in 32 bits, of which all of theirs are.
	narrow bool
}

// microsPerSecond and microsPerDay are in microseconds.
const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond
)

// The years that unix seconds may have, in microseconds since 1970-01-01 UTC.
var (
	minUnixMicros = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	maxUnixMicros = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)

// column returns a column with the values at some places. Values that it cannot
// hold are changed there.
func (l *layout) column(names *columnNames, wanted string, typ model.Type, places []*any) *Column {
	name := l.columnName(names, wanted)
	if typ.Kind == model.Timestamp {
		return l.timeColumn(name, places, false)
	}
	c := &Column{Name: name, storage: storage{Type: typ}}
	// NaN stands for NULL in some columns of floats.
	null := any(nil)
	if typ.Elem().Repr == model.Float64 && l.chance(2) {
		null = math.NaN()
	}
	for _, place := range places {
		c.Values = append(c.Values, withNull(*place, null, typ.IsArray()))
	}
	c.narrow = l.chance(2) && fits32(typ.Elem(), c.Values)
	return c
}

// withNull returns a value in which NULL, or in a list each NULL element, is
// written as null.
func withNull(v, null any, isArray bool) any {
	list, ok := v.([]any)
	switch {
	case ok:
		elements := make([]any, len(list))
		for i := range list {
			elements[i] = withNull(list[i], null, false)
		}
		return elements
	case v == nil && !isArray:
		return null
	}
	return v
}

// fits32 reports whether numbers of the type can all be held in 32 bits.
func fits32(typ model.Type, values []any) bool {
	for _, v := range values {
		ok := false
		switch v := v.(type) {
		case nil:
			ok = typ.Repr == model.Int64 || typ.Repr == model.Float64
		case int64:
			ok = typ.Repr == model.Int64 && int64(int32(v)) == v
		case float64:
			ok = math.IsNaN(v) || float64(float32(v)) == v
		case []any:
			ok = fits32(typ, v)
		}
		if !ok {
			return false
		}
	}
	return true
}

// keyStorage returns how a column holds keys.
func (l *layout) keyStorage(keys []any) storage {
	typ := l.out.Data.Schema.KeyType
	all := append(append(append([]any(nil), keys...), l.outsiders...), l.hidden...)
	return storage{Type: typ, narrow: l.chance(3) && fits32(typ, all)}
}

// timeColumn returns a column with the instants at some places, in any encoding
// that their range allows. Instants that it does not hold are changed to one that
// it does.
func (l *layout) timeColumn(name string, places []*any, isEventTime bool) *Column {
	c := &Column{Name: name, storage: storage{Type: model.Type{Kind: model.Timestamp}}}
	c.encoding = l.encoding(places, isEventTime)
	if c.encoding == model.EncodedDate {
		c.Type.Kind = model.Date
	}
	for _, place := range places {
		if *place == nil {
			c.Values = append(c.Values, nil)
			continue
		}
		stored, held := l.encode(c.encoding, (*place).(int64))
		c.Values = append(c.Values, stored)
		*place = held
	}
	return c
}

// encoding chooses an encoding for instants. Dates are for event times alone: a
// column of dates elsewhere is of type date.
func (l *layout) encoding(places []*any, isEventTime bool) model.TimeEncoding {
	choices := []model.TimeEncoding{
		model.EncodedInstant, model.EncodedInstant, model.EncodedInstant, model.EncodedInstant,
		model.EncodedLocal, model.EncodedLocal, model.EncodedSeconds, model.EncodedDate,
	}
	chosen := choices[l.upTo(len(choices)-1)]
	if chosen == model.EncodedDate && !isEventTime {
		return model.EncodedInstant
	}
	for _, place := range places {
		if v, ok := (*place).(int64); ok && (v < minUnixMicros || v >= maxUnixMicros) {
			return model.EncodedInstant
		}
	}
	return chosen
}

// encode returns an instant as an encoding stores it, and the instant that is
// read back.
func (l *layout) encode(encoding model.TimeEncoding, micros int64) (stored any, held int64) {
	_, offset := time.UnixMicro(micros).In(l.loc).Zone()
	local := micros + int64(offset)*microsPerSecond
	switch encoding {
	case model.EncodedLocal:
		return local, window.LocalToInstant(local, l.loc)
	case model.EncodedSeconds:
		seconds := floorDiv(micros, microsPerSecond)
		return seconds, seconds * microsPerSecond
	case model.EncodedDate:
		day := int32(floorDiv(local, microsPerDay))
		return oracle.Day(day), window.DayStart(day, l.loc)
	}
	return micros, micros
}

// floorDiv divides towards minus infinity.
func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}
