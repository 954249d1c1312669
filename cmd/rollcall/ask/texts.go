package ask

import (
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine"
)

// ParsePick reads which members to take: top is a number or a percentage as in "10%",
// orderBy "ATTRIBUTE", "ATTRIBUTE asc" or "ATTRIBUTE desc", per "ATTRIBUTE=N"; each may
// be empty, top and per not both. The error is an [*InputError] that starts with "top",
// "per" or "order_by"; whether the attributes are there tells [Choose].
func ParsePick(top, orderBy, per string) (p engine.Pick, err error) {
	if top == "" && per == "" {
		return p, inputf("order_by is %q, and needs top or per: it says who comes first", orderBy)
	}
	switch {
	case strings.HasSuffix(strings.TrimSpace(top), "%"):
		if p.Percent, err = engine.ParsePercent(top); err != nil || p.Percent == 0 {
			return p, inputf("top is %q, expected a share above 0%% and at most 100%%, with up to 9 digits after the point", top)
		}
	case top != "":
		if p.Top, err = strconv.ParseUint(top, 10, 64); err != nil || p.Top == 0 {
			return p, inputf("top is %q, expected a number from 1 on, or a percentage as in 10%%", top)
		}
	}
	if per != "" {
		at := strings.LastIndexByte(per, '=')
		if at > 0 {
			p.Per = strings.TrimSpace(per[:at])
			p.PerTop, err = strconv.ParseUint(per[at+1:], 10, 64)
		}
		if at <= 0 || err != nil || p.PerTop == 0 {
			return p, inputf("per is %q, expected ATTRIBUTE=N, N from 1 on", per)
		}
	}
	p.OrderBy = strings.TrimSpace(orderBy)
	if at := strings.LastIndexByte(p.OrderBy, ' '); at > 0 {
		switch strings.ToLower(p.OrderBy[at+1:]) {
		case "asc":
			p.Ascending, p.OrderBy = true, strings.TrimSpace(p.OrderBy[:at])
		case "desc":
			p.OrderBy = strings.TrimSpace(p.OrderBy[:at])
		}
	}
	return p, nil
}

// ParseSplit reads the parts of a split, NAME=SHARE with commas between them and shares
// in percent, as in "holdout=10,a=45,b=45". The error is an [*InputError] that starts
// with "parts".
func ParseSplit(parts, salt string) (*engine.Split, error) {
	s := &engine.Split{Salt: salt}
	for text := range strings.SplitSeq(parts, ",") {
		name, share, ok := strings.Cut(text, "=")
		if !ok {
			return nil, inputf("parts has %q, expected NAME=SHARE, as in holdout=10", text)
		}
		part := engine.Part{Name: strings.TrimSpace(name)}
		var err error
		if part.Share, err = engine.ParsePercent(share); err != nil {
			return nil, inputf("parts has %q: %w", text, err)
		}
		s.Parts = append(s.Parts, part)
	}
	if err := s.Check(); err != nil {
		return nil, inputf("parts: %w", err)
	}
	return s, nil
}
