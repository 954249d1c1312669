package warehouse

// macros are what DuckDB lacks of the functions of Databricks, and how it is to
// compute them.
var macros = []string{
	// A division by zero is an error.
	`warehouse_divisor(x) AS CASE WHEN x = 0 THEN error('[DIVIDE_BY_ZERO] Division by zero') ELSE x END`,
	// Three-valued: NULL where a test is, unless another one decides.
	`warehouse_any(tests) AS CASE WHEN list_contains(tests, true) THEN true WHEN tests IS NULL THEN NULL WHEN list_count(tests) <> len(tests) THEN NULL ELSE false END`,
	`warehouse_all(tests) AS CASE WHEN list_contains(tests, false) THEN false WHEN tests IS NULL THEN NULL WHEN list_count(tests) <> len(tests) THEN NULL ELSE true END`,
	// 63 bits, half of them negative.
	`warehouse_hash(h) AS CAST(h >> 1 AS BIGINT) - 4611686018427387904`,
	`warehouse_floor(x) AS CAST(floor(x) AS BIGINT)`,
	`warehouse_mod(x, y) AS (x % warehouse_divisor(y))`,
	// Parts of a pull are cut by it: the first case is folded away, and quick.
	`warehouse_pmod(x, y) AS CASE WHEN y > 0 THEN ((x % y) + y) % y WHEN warehouse_mod(x, y) < 0 THEN (warehouse_mod(x, y) + y) % y ELSE warehouse_mod(x, y) END`,
	`warehouse_floor_div(x, y) AS (x - warehouse_pmod(x, y)) // y`,
	`warehouse_unix_micros(x) AS epoch_us(CAST(x AS TIMESTAMPTZ))`,
	`warehouse_unix_millis(x) AS warehouse_floor_div(warehouse_unix_micros(x), 1000)`,
	`warehouse_unix_seconds(x) AS warehouse_floor_div(warehouse_unix_micros(x), 1000000)`,
	`warehouse_unix_date(x) AS CAST(epoch(CAST(x AS DATE)) // 86400 AS INTEGER)`,
	`warehouse_timestamp_seconds(x) AS make_timestamptz(CAST(x * 1000000 AS BIGINT))`,
	`warehouse_timestamp_micros(x) AS make_timestamptz(CAST(x AS BIGINT))`,
	`warehouse_timestamp_millis(x) AS make_timestamptz(CAST(x * 1000 AS BIGINT))`,
	`warehouse_make_dt_interval(d, h, m, s) AS to_microseconds(CAST(d AS BIGINT) * 86400000000 + CAST(h AS BIGINT) * 3600000000
		+ CAST(m AS BIGINT) * 60000000 + CAST(CAST(s AS DECIMAL(18,6)) * 1000000 AS BIGINT))`,
	// Seconds have a fraction.
	`warehouse_date_part(part, x) AS CASE WHEN lower(part) = 'second' THEN CAST(extract(microseconds FROM x) AS DECIMAL(18,0)) * 0.000001 ELSE date_part(part, x) END`,
	`warehouse_date_add(d, n) AS CAST(CAST(d AS DATE) + CAST(n AS INTEGER) AS DATE)`,
	`warehouse_date_sub(d, n) AS CAST(CAST(d AS DATE) - CAST(n AS INTEGER) AS DATE)`,
	`warehouse_datediff(a, b) AS CAST(CAST(a AS DATE) - CAST(b AS DATE) AS INTEGER)`,
	`warehouse_dayofweek(d) AS CAST(dayofweek(d) + 1 AS INTEGER)`,
	`warehouse_array_size(l) AS CAST(len(l) AS INTEGER)`,
	`warehouse_array_contains(l, x) AS CASE WHEN list_contains(l, x) THEN true WHEN l IS NULL OR list_count(l) <> len(l) THEN NULL ELSE false END`,
	`warehouse_arrays_overlap(a, b) AS list_has_any(a, b)`,
	`warehouse_isnull(x) AS (x IS NULL)`,
	`warehouse_isnotnull(x) AS (x IS NOT NULL)`,
	`warehouse_nvl2(x, a, b) AS CASE WHEN x IS NOT NULL THEN a ELSE b END`,
	`warehouse_nanvl(x, y) AS CASE WHEN isnan(x) THEN y ELSE x END`,
	`warehouse_try_divide(x, y) AS CASE WHEN y = 0 THEN NULL ELSE x / y END`,
	`warehouse_any_value_of(l, i) AS list_extract(l, i)`,
	`warehouse_collect_set(x) AS list_filter(list_distinct(coalesce(list(x), [])), lambda e: e IS NOT NULL)`,
	`warehouse_octets(x) AS octet_length(encode(x))`,
	`warehouse_raise(x) AS error('[USER_RAISED_EXCEPTION] ' || x)`,
	`warehouse_to_date(x) AS CAST(x AS DATE)`,
	`warehouse_to_timestamp(x) AS CAST(x AS TIMESTAMPTZ)`,
	`warehouse_unhex(x) AS unhex(x)`,
	`warehouse_hex(x) AS hex(x)`,
	`warehouse_bit_count(x) AS CAST(bit_count(x) AS INTEGER)`,
	`warehouse_version() AS '4.0.0 local'`,
}

// macroNames are the functions of Databricks that are macros.
var macroNames = functionSet(`array_contains=warehouse_array_contains array_size=warehouse_array_size arrays_overlap=warehouse_arrays_overlap
	bit_count=warehouse_bit_count cardinality=warehouse_array_size collect_set=warehouse_collect_set date_add=warehouse_date_add
	date_diff=warehouse_datediff date_part=warehouse_date_part date_sub=warehouse_date_sub datediff=warehouse_datediff dayofweek=warehouse_dayofweek hex=warehouse_hex
	isnotnull=warehouse_isnotnull isnull=warehouse_isnull make_dt_interval=warehouse_make_dt_interval mod=warehouse_mod nanvl=warehouse_nanvl
	nvl2=warehouse_nvl2 octet_length=warehouse_octets pmod=warehouse_pmod raise_error=warehouse_raise size=warehouse_array_size
	timestamp_micros=warehouse_timestamp_micros timestamp_millis=warehouse_timestamp_millis timestamp_seconds=warehouse_timestamp_seconds
	to_date=warehouse_to_date to_timestamp=warehouse_to_timestamp try_divide=warehouse_try_divide
	try_element_at=warehouse_any_value_of unhex=warehouse_unhex unix_date=warehouse_unix_date unix_micros=warehouse_unix_micros
	unix_millis=warehouse_unix_millis unix_seconds=warehouse_unix_seconds version=warehouse_version`)
