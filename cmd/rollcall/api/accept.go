package api

import (
	"strconv"
	"strings"
)

const jsonType = "application/json"

// negotiate returns the content type that a client wants most of those that there are,
// the first where it has no preference, "" where it takes none.
func negotiate(accept string, offered []string) string {
	if accept == "" {
		return offered[0]
	}
	best, most := "", 0.0
	for _, offer := range offered {
		if q := quality(accept, offer); q > most {
			best, most = offer, q
		}
	}
	return best
}

// quality returns how much a client wants a content type, from 0 for not at all to 1: as
// the most specific range says that has it.
func quality(accept, offer string) float64 {
	kind, _, _ := strings.Cut(offer, "/")
	q, specific := 0.0, 0
	for item := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(item, ";")
		of := 0
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case offer:
			of = 3
		case kind + "/*":
			of = 2
		case "*/*":
			of = 1
		}
		if of > specific {
			q, specific = weight(parameters), of
		}
	}
	return q
}

// weight returns the q of a range's parameters; 1 where they have none, 0 where it is no
// number.
func weight(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || q < 0 || q > 1 {
			return 0
		}
		return q
	}
	return 1
}
