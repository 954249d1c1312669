package suite

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// selectivities are the shares of the customers whose lifetime_value is known that
// the ranges select: 20, close together at both ends.
var selectivities = []float64{
	0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4,
	0.6, 0.7, 0.8, 0.9, 0.97, 0.99, 0.997, 0.999, 0.9997, 0.9999,
}

// Lengths of the lists of suite attributes. A list that the data has too few
// values for holds them all, and is the last.
var (
	traitLists   = []int{1, 2, 5, 10, 30, 100, 300, 1000}
	countryLists = []int{1, 3, 10, 25}
)

func loadAttributes(ctx context.Context, d *workload.Dataset, asOf time.Time) ([]Query, error) {
	s, err := readCustomers(ctx, d, d.Shape.StringAttributes > 0)
	if err != nil {
		return nil, err
	}
	return written(attributes(s, traitColumn(d.Shape, 1)), asOf), nil
}

// attributes returns ranges, lists and negations over the values of a sample;
// trait is the attribute that has its traits.
func attributes(s *customerSample, trait column) []question {
	questions := ranges(s)
	questions = append(questions, lists("country", countryColumn, s.countries, countryLists)...)
	questions = append(questions, lists("trait_1", trait, s.traits, traitLists)...)
	return append(questions, negations(s, trait)...)
}

// ranges returns a lower bound of lifetime_value for each selectivity.
func ranges(s *customerSample) []question {
	var questions []question
	for _, share := range selectivities {
		bound := s.quantile(1 - share)
		questions = append(questions, question{
			id:   fmt.Sprintf("range-%g", share),
			rule: "lifetime_value >= " + bound,
			sql: func(l *language) string {
				return customersWhere("lifetime_value >= " + l.decimal(bound))
			},
		})
	}
	return questions
}

// lists returns a test for each length of list, of values spread evenly over all
// that the column has.
func lists(id string, c column, all []string, lengths []int) []question {
	var questions []question
	for _, n := range lengths {
		if len(all) == 0 {
			break
		}
		list := spread(all, n)
		questions = append(questions, question{
			id:   fmt.Sprintf("%s-in-%d", id, len(list)),
			rule: c.name + " in " + ruleList(list),
			sql:  func(l *language) string { return customersWhere(l.isIn(c, list)) },
		})
		if n >= len(all) {
			break
		}
	}
	return questions
}

// spread returns n of the values at even distances, or all if there are no more.
func spread(all []string, n int) []string {
	if n >= len(all) {
		return all
	}
	list := make([]string, n)
	for i := range list {
		list[i] = all[i*len(all)/n]
	}
	return list
}

// ruleList writes a list as a rule does.
func ruleList(list []string) string {
	quoted := make([]string, len(list))
	for i, v := range list {
		quoted[i] = text(v)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

// negations returns tests that select what another test leaves out, customers
// without a value included, and the tests of NULL.
func negations(s *customerSample, trait column) []question {
	lo, hi := s.quantile(0.25), s.quantile(0.75)
	between := func(l *language) string {
		return fmt.Sprintf("lifetime_value BETWEEN %s AND %s", l.decimal(lo), l.decimal(hi))
	}
	where := func(id, rule string, condition func(l *language) string) question {
		return question{id: id, rule: rule, sql: func(l *language) string { return customersWhere(condition(l)) }}
	}
	fixed := func(id, rule, condition string) question {
		return where(id, rule, func(*language) string { return condition })
	}
	range50 := fmt.Sprintf("between %s and %s", lo, hi)
	questions := []question{
		where("between", "lifetime_value "+range50, between),
		where("not-between", "lifetime_value not "+range50, func(l *language) string { return l.isNotTrue(between(l)) }),
		where("not-at-least", "not lifetime_value >= "+hi, func(l *language) string {
			return l.isNotTrue("lifetime_value >= " + l.decimal(hi))
		}),
		where("tier-not", "loyalty_tier != 'Gold'", func(l *language) string { return l.isNot(tierColumn, "Gold") }),
		fixed("tier-null", "loyalty_tier is null", "loyalty_tier IS NULL"),
		fixed("tier-not-null", "loyalty_tier is not null", "loyalty_tier IS NOT NULL"),
		fixed("opt-in", "email_opt_in", "email_opt_in"),
		where("opt-in-not", "not email_opt_in", func(l *language) string { return l.isNotTrue("email_opt_in") }),
		where("country-not", "country != 'US'", func(l *language) string { return l.isNot(countryColumn, "US") }),
	}
	notIn := func(id string, c column, all []string, n int) {
		if len(all) == 0 {
			return
		}
		list := spread(all, n)
		questions = append(questions, where(fmt.Sprintf("%s-not-in-%d", id, len(list)), c.name+" not in "+ruleList(list),
			func(l *language) string { return l.isNotIn(c, list) }))
	}
	notIn("country", countryColumn, s.countries, 3)
	notIn("country", countryColumn, s.countries, 10)
	notIn("trait_1", trait, s.traits, 1)
	notIn("trait_1", trait, s.traits, 100)
	return questions
}

// quantile returns the digits of the lifetime_value below which a share of the
// sample's customers lie, of those that have one.
func (s *customerSample) quantile(share float64) string {
	if len(s.values) == 0 {
		return "0"
	}
	i := int(math.Round(share * float64(len(s.values))))
	return s.values[min(max(i, 0), len(s.values)-1)].ToString(s.scale)
}
