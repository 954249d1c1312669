package service

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/export"
)

// masker hides values of answers as exports do: equal values have equal hashes in both.
type masker struct {
	masks map[string]export.Mask
	salt  []byte
}

// masker returns what hides columns of a parent segment from a caller.
func (s *Service) masker(who Caller, parent string, columns []string, made reads) (*masker, error) {
	m := &masker{masks: s.seen(who, parent, columns, made)}
	for _, mask := range m.masks {
		if mask == export.Hash {
			var err error
			m.salt, err = s.salt.get()
			return m, err
		}
	}
	return m, nil
}

// warnMasks logs that the masks of a parent segment are about a column that it has not:
// the one that is meant is shown. It may be a column of events, which nobody knows before
// it is asked for.
func (s *Service) warnMasks(ctx context.Context, parent string, schema *model.Schema) {
	masks, there := s.masks[parent]
	if !there {
		return
	}
	names := []string{schema.KeyColumn}
	for _, a := range schema.Attributes {
		names = append(names, a.Name)
	}
	if err := masks.Check(append(names, fieldNames(schema)...)); err != nil {
		s.slog.WarnContext(ctx, "a mask is about a column that is not there", "parent", parent, "problem", err.Error())
	}
}

// checkMasks logs what masks name that is not there, of parent segments that can be asked
// without their source: others are looked at when they are.
func (s *Service) checkMasks(ctx context.Context) error {
	for _, parent := range slices.Sorted(maps.Keys(s.masks)) {
		e, err := s.entryOf(ctx, parent)
		var missing *registry.NotFoundError
		switch {
		case errors.As(err, &missing):
			s.slog.WarnContext(ctx, "masks are about a parent segment that is not there", "parent", parent, "nearest", missing.Nearest)
			continue
		case err != nil:
			return err
		case e.Mode == registry.InPlace:
			continue
		}
		if h, err := s.hold(ctx, e); err == nil { // it warns; one that is not built has nothing to show
			h.release()
		}
	}
	return nil
}

// hides reports whether a column is not shown as it is.
func (m *masker) hides(name string) bool { return m.masks[name] != export.Clear }

// text returns what stands for the text of a value.
func (m *masker) text(name, text string) string {
	switch m.masks[name] {
	case export.Hash:
		mac := hmac.New(sha256.New, m.salt)
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil))
	case export.Redact:
		return export.Redacted
	}
	return text
}

// value returns what stands for a value of a customer; NULL stays NULL.
func (m *masker) value(name string, v any) any {
	if v == nil || !m.hides(name) {
		return v
	}
	return m.text(name, maskedText(v, false))
}

// page masks the members of a page; key is what their keys are called.
func (m *masker) page(schema *model.Schema, p *ask.Page) {
	for i := range p.Rows {
		row := &p.Rows[i]
		row.Key = m.text(schema.KeyColumn, row.Key)
		for j, name := range p.Columns {
			row.Values[j] = m.value(name, row.Values[j])
		}
	}
}

// maskedText writes a value as CSV has it, which is what exports hash; within a list as
// JSON has it.
func maskedText(v any, inList bool) string {
	quoted := func(text string) string {
		if inList {
			return `"` + text + `"`
		}
		return text
	}
	switch v := v.(type) {
	case string:
		if inList {
			return jsonText(v)
		}
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		if inList && (math.IsInf(v, 0) || math.IsNaN(v)) {
			return quoted(floatText(v))
		}
		return floatText(v)
	case column.Decimal:
		return v.Unscaled.ToString(v.Scale)
	case column.Day:
		return quoted(v.String())
	case time.Time:
		return quoted(v.UTC().Format("2006-01-02T15:04:05.999999Z07:00"))
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = "null"
			if e != nil {
				parts[i] = maskedText(e, true)
			}
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return export.Redacted // no other type occurs
}

// floatText writes a float as exports do.
func floatText(x float64) string {
	switch abs := math.Abs(x); {
	case math.IsInf(x, 1):
		return "Infinity"
	case math.IsInf(x, -1):
		return "-Infinity"
	case abs != 0 && (abs < 1e-6 || abs >= 1e21):
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// jsonText writes a string of JSON without the escapes that only HTML needs.
func jsonText(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // no string makes it fail
	return strings.TrimSuffix(b.String(), "\n")
}
