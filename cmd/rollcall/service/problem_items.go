package service

import (
	"errors"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
	"github.com/rollcall-db/rollcall/ingest"
)

// problemsOf returns the single problems that an error tells, nil where it is one of its
// own.
func problemsOf(err error) []ProblemItem {
	var column *engine.ColumnError
	var config *model.ConfigError
	var inSource *ingest.ConfigError
	var inPlace *federate.UnsupportedError
	switch problems := ask.RuleProblems(err); {
	case errors.As(err, &column) && column.Problems == nil:
		return nil
	case problems != nil:
		return ruleItems(problems)
	case errors.As(err, &config):
		return configItems(config)
	case errors.As(err, &inSource):
		return sourceItems(inSource)
	case errors.As(err, &inPlace):
		item := ProblemItem{Code: inPlace.Code, Message: inPlace.Err.Error(), Hint: inPlace.Do}
		var sql *sqlgen.UnsupportedError
		if errors.As(err, &sql) {
			item.Condition = sql.Condition
		}
		return []ProblemItem{item}
	}
	return nil
}

// ruleItems returns the problems of rules, each once: a segment that refers to itself is
// checked as a rule and as a segment.
func ruleItems(problems rule.Errors) []ProblemItem {
	out := []ProblemItem{}
	type place struct {
		code      rule.Code
		file, msg string
		offset    int
	}
	seen := map[place]bool{}
	for _, e := range problems {
		at := place{e.Code, e.File, e.Msg, e.Offset}
		if seen[at] {
			continue
		}
		seen[at] = true
		out = append(out, ProblemItem{
			Code: string(e.Code), Message: e.Msg, File: e.File, Path: e.Path, Line: e.Line, Column: e.Column,
			Offset: e.Offset, Length: e.Length, Start: units(e.Source, e.Offset), End: units(e.Source, e.Offset+e.Length),
			Hint: e.Hint, Nearest: nearestIn(e.Hint),
		})
	}
	return out
}

// meantText matches the hint of a name that is not known, which quotes the nearest one.
var meantText = regexp.MustCompile(`did you mean ["'](.+?)["'](?: or ["'].+)?\?`)

// nearestIn returns the name that a hint proposes, "" for none.
func nearestIn(hint string) string {
	if m := meantText.FindStringSubmatch(hint); m != nil {
		return m[1]
	}
	return ""
}

// units returns how many UTF-16 units the first bytes of a text come to.
func units(text string, bytes int) int {
	bytes = min(max(bytes, 0), len(text))
	n := 0
	for at := 0; at < bytes; {
		r, size := utf8.DecodeRuneInString(text[at:])
		n += max(utf16.RuneLen(r), 1)
		at += size
	}
	return n
}

func configItems(config *model.ConfigError) []ProblemItem {
	out := []ProblemItem{}
	for _, p := range config.Problems {
		out = append(out, ProblemItem{
			Code: string(p.Code), Message: p.Message, Path: p.KeyPath, Line: p.Line, Column: p.Column, Hint: p.Hint,
			Nearest: p.Nearest, Allowed: p.Allowed,
		})
	}
	return out
}

func sourceItems(config *ingest.ConfigError) []ProblemItem {
	out := []ProblemItem{}
	for _, p := range config.Problems {
		item := ProblemItem{Code: p.Code, Message: p.Err.Error(), Path: p.Path}
		var inner rule.Errors
		if errors.As(p.Err, &inner) && len(inner) > 0 {
			item.Hint, item.Nearest = inner[0].Hint, nearestIn(inner[0].Hint)
		}
		out = append(out, item)
	}
	return out
}
