package warehouse

import (
	"fmt"
	"strings"
)

// renamed are functions of Databricks that DuckDB has, under the same name where
// there is none here. Others are macros (macros.go) or special.
var renamed = functionSet(`abs acos any_value approx_count_distinct array_agg asin atan atan2 avg bool_and bool_or cbrt ceil ceiling
	char_length=length character_length=length coalesce concat concat_ws contains corr cos cot count count_if covar_pop covar_samp
	cume_dist date_trunc day dayofmonth dayofweek_iso=isodow dayofyear dense_rank degrees element_at=list_extract ends_with=ends_with
	endswith=ends_with every=bool_and exp extract first=first first_value flatten floor=warehouse_floor greatest
	hour if=if ifnull initcap=initcap instr isnan kurtosis lag last=last_value last_value lead least left len=length length ln log10 log2 lower lpad ltrim
	make_date max max_by=arg_max md5 mean=avg median min min_by=arg_min minute mode month named_struct nth_value ntile
	nullif nvl=ifnull octet_length percent_rank pi pow power quarter radians rank regexp_like=regexp_matches
	regexp_replace repeat replace reverse right round row_number rpad rtrim second sha1 sha2=sha256 sign signum=sign sin skewness some=bool_or
	split_part sqrt startswith=starts_with std=stddev_samp stddev stddev_pop stddev_samp substr substring sum tan translate trim typeof unnest
	upper ucase=upper lcase=lower var_pop var_samp variance weekofyear year position overlay isnull_=isnull
	array_distinct=list_distinct array_sort=list_sort sort_array=list_sort slice_=list_slice array_position=list_position
	array_join=array_to_string array_max=list_max array_min=list_min`)

// functionSet reads names of functions, each with the one that DuckDB has behind
// an equals sign, if that is another.
func functionSet(names string) map[string]string {
	set := map[string]string{}
	for _, entry := range strings.Fields(names) {
		name, own, found := strings.Cut(entry, "=")
		if !found {
			own = name
		}
		set[name] = own
	}
	return set
}

// special are functions whose calls are written otherwise.
var special map[string]func(w *writer, args []span) (string, error)

func init() { // refers to what refers to it
	special = map[string]func(w *writer, args []span) (string, error){
		"exists":            lambda("warehouse_any(list_transform(%s))"),
		"forall":            lambda("warehouse_all(list_transform(%s))"),
		"filter":            lambda("list_filter(%s)"),
		"transform":         lambda("list_transform(%s)"),
		"xxhash64":          wrapped("warehouse_hash(hash(%s))"),
		"hash":              wrapped("CAST(warehouse_hash(hash(%s)) %% 2147483647 AS INTEGER)"),
		"array":             wrapped("list_value(%s)"),
		"struct":            wrapped("row(%s)"),
		"explode":           wrapped("unnest(%s)"),
		"pmod":              pmodCall,
		"map":               mapCall,
		"date":              wrapped("CAST(%s AS DATE)"),
		"timestamp":         wrapped("CAST(%s AS TIMESTAMPTZ)"),
		"string":            wrapped("CAST(%s AS VARCHAR)"),
		"int":               wrapped("CAST(%s AS INTEGER)"),
		"bigint":            wrapped("CAST(%s AS BIGINT)"),
		"double":            wrapped("CAST(%s AS DOUBLE)"),
		"collect_list":      wrapped("coalesce(list(%s) FILTER (WHERE (%[1]s) IS NOT NULL), [])"),
		"current_timestamp": constant("now()"),
		"now":               constant("now()"),
		"current_date":      constant("current_date"),
		"current_timezone":  sessionText("CURRENT_TIMEZONE"),
		"current_catalog":   sessionText("CURRENT_CATALOG"),
		"current_schema":    sessionText("CURRENT_SCHEMA"),
		"current_database":  sessionText("CURRENT_SCHEMA"),
		"current_user":      sessionText("CURRENT_USER"),
		"session_user":      sessionText("CURRENT_USER"),
		"timestampadd":      timestampAdd,
		"dateadd":           timestampAdd,
	}
}

// call translates the call of a function.
func (w *writer) call(i int) (int, error) {
	name, end := strings.ToLower(w.token(i).text), w.closing(i+1)
	inner := span{i + 2, end}
	if translate, ok := special[name]; ok {
		x, err := translate(w, w.split(inner))
		w.put(x)
		return end + 1, err
	}
	own, ok := renamed[name]
	if macro, found := macroNames[name]; found {
		own, ok = macro, true
	}
	if !ok {
		return 0, &sqlFailure{"UNRESOLVED_ROUTINE", "42883", fmt.Sprintf(
			"Cannot resolve routine %s on search path [`system`.`builtin`, `system`.`session`, %s].",
			backticked(w.token(i).text), backticked(w.current("CURRENT_CATALOG"), w.current("CURRENT_SCHEMA")))}
	}
	inWords := name == "extract" || name == "trim" || name == "substring" || name == "position" || name == "overlay"
	x, err := w.arguments(inner, inWords)
	if err != nil {
		return 0, err
	}
	w.put(own + "(" + x + ")")
	return end + 1, nil
}

// arguments translates what stands between the brackets of a call. Of some
// functions there are words between the arguments, such as FROM.
func (w *writer) arguments(s span, inWords bool) (string, error) {
	from := -1
	if inWords {
		from = w.find(s, "FROM")
	}
	if from < 0 {
		return w.query(s, w.known)
	}
	var first string
	if from == s.lo+1 && w.token(s.lo).kind == wordToken { // EXTRACT(DAY FROM …)
		first = w.token(s.lo).upper
	} else {
		x, err := w.query(span{s.lo, from}, w.known)
		if err != nil {
			return "", err
		}
		first = x
	}
	second, err := w.query(span{from + 1, s.hi}, w.known)
	return first + " FROM " + second, err
}

// list translates arguments, with commas between them.
func (w *writer) list(args []span) (string, error) {
	parts := make([]string, len(args))
	for i, arg := range args {
		x, err := w.query(arg, w.known)
		if err != nil {
			return "", err
		}
		parts[i] = x
	}
	return strings.Join(parts, ", "), nil
}

// wrapped puts the arguments into a text.
func wrapped(format string) func(w *writer, args []span) (string, error) {
	return func(w *writer, args []span) (string, error) {
		x, err := w.list(args)
		return fmt.Sprintf(format, x), err
	}
}

func constant(x string) func(w *writer, args []span) (string, error) {
	return func(*writer, []span) (string, error) { return x, nil }
}

func sessionText(what string) func(w *writer, args []span) (string, error) {
	return func(w *writer, _ []span) (string, error) { return duckText(w.current(what)), nil }
}

// lambda translates a call whose second argument is a function.
func lambda(format string) func(w *writer, args []span) (string, error) {
	return func(w *writer, args []span) (string, error) {
		const two = 2
		if len(args) != two {
			return "", &sqlFailure{"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", fmt.Sprintf("A function requires 2 parameters but the actual number is %d.", len(args))}
		}
		over, err := w.query(args[0], w.known)
		if err != nil {
			return "", err
		}
		arrow := w.find(args[1], "->")
		if arrow < 0 {
			return "", w.unexpected(args[1].lo)
		}
		names := []string{}
		if at := args[1].lo; w.token(at).is("(") {
			if names, err = w.nameList(&at); err != nil {
				return "", err
			}
		} else {
			name, err := w.name(&at)
			if err != nil {
				return "", err
			}
			names = append(names, name)
		}
		body, err := w.query(span{arrow + 1, args[1].hi}, w.known)
		return fmt.Sprintf(format, over+", lambda "+duckNames(names)+": "+body), err
	}
}

// pmodCall translates pmod(x, n). Pulls are cut with it, so that it is worth while
// to spare them the test for zero where n is a number that is not.
func pmodCall(w *writer, args []span) (string, error) {
	x, err := w.list(args)
	if err != nil {
		return "", err
	}
	const two = 2
	if n := args[len(args)-1]; len(args) == two && n.hi == n.lo+1 && w.token(n.lo).kind == numberToken && strings.Trim(w.token(n.lo).text, "0123456789") == "" {
		if by := strings.TrimLeft(w.token(n.lo).text, "0"); by != "" {
			dividend, err := w.query(args[0], w.known)
			return fmt.Sprintf("(((%[1]s) %% %[2]s + %[2]s) %% %[2]s)", dividend, by), err
		}
	}
	return "warehouse_pmod(" + x + ")", nil
}

// mapCall translates map(key, value, …).
func mapCall(w *writer, args []span) (string, error) {
	var keys, values []span
	for i, arg := range args {
		if i%2 == 0 {
			keys = append(keys, arg)
		} else {
			values = append(values, arg)
		}
	}
	k, err := w.list(keys)
	if err != nil {
		return "", err
	}
	v, err := w.list(values)
	return "map([" + k + "], [" + v + "])", err
}

// timestampAdd translates timestampadd(UNIT, n, time).
func timestampAdd(w *writer, args []span) (string, error) {
	const three = 3
	if len(args) != three || w.token(args[0].lo).kind != wordToken || !units[w.token(args[0].lo).upper] {
		return "", unsupported("timestampadd and dateadd take a unit, a number and a time")
	}
	n, err := w.query(args[1], w.known)
	if err != nil {
		return "", err
	}
	x, err := w.query(args[2], w.known)
	unit := strings.ToLower(strings.TrimSuffix(w.token(args[0].lo).upper, "S"))
	return fmt.Sprintf("(%s + to_%ss(%s))", x, unit, n), err
}
