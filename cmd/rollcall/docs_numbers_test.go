package main

// commandNumbers says how the numbers of a command of docs/audiences.md are worked out.
type commandNumbers struct {
	command string // its name, to keep both in step
	numbers []pageNumber
}

// pageNumber is numbers that a command prints as JSON, at a path, or writes to a file,
// that a query reads; and the SQL that says what they must be.
type pageNumber struct{ path, file, sql string }

// everybody is the number of customers, beside which most counts stand.
const everybody = "(SELECT count(*) FROM c)"

// counted is the count of an audience, a table.
func counted(members string) pageNumber {
	return pageNumber{path: "count|customers", sql: "SELECT count(*), " + everybody + " FROM " + members}
}

// pageNumbers are those of the commands of the page, in its order. c are the customers,
// p what they bought, at t; m90 and m30 are those who bought something in the 90 and
// the 30 days before 1998-07-01, may in the 30 before 1998-06-01.
var pageNumbers = []commandNumbers{
	{"list", []pageNumber{
		counted("m30 WHERE loyalty_tier = 'Gold'"),
		{path: "rows.*.*", sql: "SELECT customer_id, cohort, ltv FROM m30 WHERE loyalty_tier = 'Gold' ORDER BY customer_id LIMIT 3"},
	}},
	{"list", []pageNumber{
		{path: "columns", sql: "VALUES ('customer_id', 'orders_30d', 'spent_90d', 'last purchase')"},
		{path: "rows.*.*", sql: `SELECT customer_id, count(*) FILTER (t >= '1998-06-01'), sum(amount) FILTER (t >= '1998-04-02'), iso(max(t))
			FROM p JOIN m30 USING (customer_id) WHERE loyalty_tier = 'Gold' AND t < '1998-07-01' GROUP BY 1 ORDER BY 1 LIMIT 3`},
	}},
	{"count", []pageNumber{
		counted("m30 WHERE loyalty_tier = 'Gold' AND cohort <> '1997-01'"),
		{path: "plan.steps.*.alone", sql: `SELECT (SELECT count(*) FROM gold), (SELECT count(*) FROM m30), (SELECT count(*) FROM c WHERE cohort <> '1997-01')`},
		{path: "plan.steps.*.together", sql: `SELECT (SELECT count(*) FROM gold), (SELECT count(*) FROM m30 WHERE loyalty_tier = 'Gold'),
			(SELECT count(*) FROM m30 WHERE loyalty_tier = 'Gold' AND cohort <> '1997-01')`},
		{path: "plan.steps.2.steps.0.alone", sql: "SELECT count(*) FROM c WHERE cohort = '1997-01'"},
	}},
	{"why", []pageNumber{
		{path: "reason.reasons.*.holds", sql: `SELECT loyalty_tier IS NOT NULL AND loyalty_tier = 'Gold', FALSE FROM c WHERE customer_id = '10013'`},
		{path: "reason.reasons.0.value", sql: `SELECT loyalty_tier FROM c WHERE customer_id = '10013'`},
		{path: "reason.reasons.1.reasons.0.reasons.0.value", sql: "SELECT count(*) FROM p WHERE customer_id = '10013' AND t >= '1998-04-02' AND t < '1998-07-01'"},
		{path: "reason.reasons.1.reasons.1.value", sql: "SELECT sum(amount) FROM p WHERE customer_id = '10013' AND t >= '1996-07-01' AND t < '1998-07-01'"},
	}},
	{"profile", []pageNumber{
		{path: "attributes.*.value", sql: `SELECT first_purchase_date, cohort, ltv, orders, iso(last_purchase_date), loyalty_tier FROM c WHERE customer_id = '00048'`},
		{path: "behaviors.0.count|first|last", sql: "SELECT count(*), iso(min(t)), iso(max(t)) FROM p WHERE customer_id = '00048' AND t < '1998-07-01'"},
		{path: "behaviors.0.recent.*.time", sql: "SELECT iso(t) FROM p WHERE customer_id = '00048' AND t < '1998-07-01' ORDER BY t DESC LIMIT 3"},
		{path: "behaviors.0.recent.*.fields.*.value", sql: "SELECT amount, quantity FROM p WHERE customer_id = '00048' AND t < '1998-07-01' ORDER BY t DESC LIMIT 3"},
		{path: "segments", sql: `SELECT 'Active' WHERE '00048' IN (SELECT customer_id FROM m90) UNION ALL SELECT 'Gold' WHERE '00048' IN (SELECT customer_id FROM gold)`},
	}},
	{"export", []pageNumber{
		{path: "count|rows", sql: "SELECT count(*), count(*) FROM gold"},
		{
			file: "SELECT customer_id, cohort, \"purchase count\", spent, iso(last_seen) FROM 'gold.parquet' ORDER BY customer_id",
			sql: `SELECT customer_id, any_value(cohort), count(*), sum(amount), iso(max(t)) FROM gold JOIN p USING (customer_id)
				WHERE t < '1998-07-01' GROUP BY 1 ORDER BY 1`,
		},
	}},
	{"export", []pageNumber{{path: "1|2", sql: "SELECT cohort, '***' FROM gold ORDER BY customer_id LIMIT 2"}}},
	{"export", []pageNumber{{file: "SELECT customer_id, lifetime_value FROM 'june.parquet'", sql: "SELECT customer_id, ltv FROM may ORDER BY customer_id"}}},
	{"export", []pageNumber{
		{
			path: "delta.entered|left|gone|stayed",
			sql: `SELECT (SELECT count(*) FROM m30 ANTI JOIN may USING (customer_id)), (SELECT count(*) FROM may ANTI JOIN m30 USING (customer_id)), 0,
				(SELECT count(*) FROM may SEMI JOIN m30 USING (customer_id))`,
		},
		{
			file: "SELECT customer_id, change FROM 'july.parquet' ORDER BY customer_id",
			sql: `SELECT customer_id, CASE WHEN m30.customer_id IS NULL THEN 'left' ELSE 'entered' END
				FROM m30 FULL JOIN may USING (customer_id) WHERE m30.customer_id IS NULL OR may.customer_id IS NULL ORDER BY 1`,
		},
	}},
	{"breakdown", []pageNumber{
		counted("m90"),
		{path: "breakdowns.0.values.*.value|count|share|customers|lift", sql: byValue("loyalty_tier")},
		{path: "breakdowns.0.null.count|share|customers|lift", sql: `WITH n AS (SELECT (SELECT count(*) FROM m90 WHERE loyalty_tier IS NULL) AS n,
			(SELECT count(*) FROM c WHERE loyalty_tier IS NULL) AS a, (SELECT count(*) FROM m90) AS m)
			SELECT n, n / m, a, (n / m) / (a / ` + everybody + `) FROM n`},
		{path: "breakdowns.1.values.*.value|count|share|customers|lift", sql: byValue("cohort")},
	}},
	{"breakdown", []pageNumber{
		counted("m90 WHERE ltv < 400"),
		{path: "bins.*.from|to|count|customers", sql: `SELECT (50 * b)::DECIMAL(10,2), (50 * b + 50)::DECIMAL(10,2),
			(SELECT count(*) FROM m90 WHERE ltv < 400 AND ltv >= 50 * b AND ltv < 50 * b + 50),
			(SELECT count(*) FROM c WHERE ltv >= 50 * b AND (ltv < 50 * b + 50 OR b = 7 AND ltv = 400)) FROM range(8) AS r(b)`},
	}},
	{"breakdown", []pageNumber{
		counted("gold"),
		{path: "bins.*.from|to|count|customers", sql: `SELECT iso(q), iso(q + INTERVAL 3 MONTH), count(*) FILTER (loyalty_tier = 'Gold'), count(*)
			FROM (SELECT date_trunc('quarter', last_purchase_date::TIMESTAMP) AS q, loyalty_tier FROM c) GROUP BY q ORDER BY q`},
	}},
	{"overlap", []pageNumber{
		{path: "rules.*.count", sql: "SELECT (SELECT count(*) FROM gold), (SELECT count(*) FROM m30), (SELECT count(*) FROM c WHERE cohort = '1997-01')"},
		{path: "regions.*.count", sql: `SELECT count(*) FROM (` + inWhich + `) WHERE r > 0 GROUP BY r ORDER BY r`},
		{path: "common|jaccard", sql: `SELECT count(*) FILTER (r = 7), count(*) FILTER (r = 7) / count(*) FILTER (r > 0) FROM (` + inWhich + `)`},
		{path: "pairs.*.both|jaccard", sql: `SELECT count(*) FILTER (r & b = b), count(*) FILTER (r & b = b) / count(*) FILTER (r & b > 0)
			FROM (` + inWhich + `), (VALUES (3), (5), (6)) AS pairs(b) GROUP BY b ORDER BY b`},
	}},
	{"waterfall", []pageNumber{
		{path: "rules.*.taken", sql: `SELECT (SELECT count(*) FROM gold), (SELECT count(*) FROM m30 ANTI JOIN gold USING (customer_id)),
			(SELECT count(*) FROM c ANTI JOIN gold USING (customer_id) ANTI JOIN m30 USING (customer_id) WHERE c.orders > 1)`},
		{path: "rules.*.count", sql: "SELECT (SELECT count(*) FROM gold), (SELECT count(*) FROM m30), (SELECT count(*) FROM c WHERE orders > 1)"},
		{path: "rest", sql: "SELECT count(*) FROM c ANTI JOIN gold USING (customer_id) ANTI JOIN m30 USING (customer_id) WHERE c.orders <= 1"},
	}},
	{"trend", []pageNumber{{path: "points.*.as_of|count", sql: `SELECT iso(d), (SELECT count(DISTINCT customer_id) FROM p WHERE t >= d - INTERVAL 90 DAY AND t < d)
		FROM (VALUES (TIMESTAMP '1997-07-01'), ('1997-10-01'), ('1998-01-01'), ('1998-04-01'), ('1998-07-01')) AS points(d) ORDER BY d`}}},
	{"diff", []pageNumber{
		{path: "before|after.count", sql: "SELECT (SELECT count(*) FROM may), (SELECT count(*) FROM m30)"},
		{path: "entered|left|stayed", sql: `SELECT (SELECT count(*) FROM m30 ANTI JOIN may USING (customer_id)),
			(SELECT count(*) FROM may ANTI JOIN m30 USING (customer_id)), (SELECT count(*) FROM may SEMI JOIN m30 USING (customer_id))`},
		{path: "keys", sql: "SELECT customer_id FROM m30 ANTI JOIN may USING (customer_id) ORDER BY 1 LIMIT 3"},
	}},
	{"split", []pageNumber{
		{path: "parts.*.customers", sql: "SELECT (SELECT count(*) FROM 'parts/holdout.parquet'), (SELECT count(*) FROM 'parts/a.parquet'), (SELECT count(*) FROM 'parts/b.parquet')"},
		{file: "SELECT customer_id FROM 'parts/*.parquet' ORDER BY 1", sql: "SELECT customer_id FROM m90 ORDER BY 1"},
	}},
	{"list", []pageNumber{{path: "rows.*.*", sql: "SELECT customer_id, ltv, cohort FROM m90 ORDER BY ltv DESC, customer_id LIMIT 3"}}},
	{"count", []pageNumber{{path: "count", sql: "SELECT ceil(count(*) * 10 / 100)::BIGINT FROM m90"}}},
	{"list", []pageNumber{{path: "rows.*.*", sql: `SELECT customer_id, ltv, cohort FROM m90
		QUALIFY row_number() OVER (PARTITION BY cohort ORDER BY ltv DESC, customer_id) = 1 ORDER BY customer_id`}}},
	{"count", []pageNumber{{path: "count", sql: `SELECT count(DISTINCT a.customer_id) FROM p a JOIN p b ON b.customer_id = a.customer_id AND b.t > a.t AND b.t <= a.t + INTERVAL 28 DAY
		WHERE a.amount > 100 AND NOT EXISTS (FROM p n WHERE n.customer_id = a.customer_id AND n.t > b.t)`}}},
	{"funnel", []pageNumber{{path: "steps.*.count|of_first", sql: `WITH j AS (SELECT p.* FROM p JOIN c USING (customer_id) WHERE cohort = '1997-01'),
		one AS (SELECT count(DISTINCT customer_id) AS n FROM j),
		two AS (SELECT count(DISTINCT a.customer_id) AS n FROM j a JOIN j b ON b.customer_id = a.customer_id AND b.t > a.t AND b.t <= a.t + INTERVAL 84 DAY),
		three AS (SELECT count(DISTINCT a.customer_id) AS n FROM j a JOIN j b ON b.customer_id = a.customer_id AND b.t > a.t AND b.t <= a.t + INTERVAL 84 DAY
			JOIN j d ON d.customer_id = a.customer_id AND d.t > b.t AND d.t <= b.t + INTERVAL 84 DAY)
		SELECT one.n, 1, two.n AS n2, two.n / one.n, three.n AS n3, three.n / one.n AS s3 FROM one, two, three`}}},
	{"segments", []pageNumber{{path: "segments.*.count", sql: "SELECT (SELECT count(*) FROM bought('1998-03-03', '1998-06-01')), (SELECT count(*) FROM gold)"}}},
	{"segments", []pageNumber{
		{path: "segments.*.count", sql: "SELECT (SELECT count(*) FROM m90), (SELECT count(*) FROM gold)"},
		{path: "segments.*.change", sql: "SELECT (SELECT count(*) FROM m90) - (SELECT count(*) FROM bought('1998-03-03', '1998-06-01')), 0"},
	}},
}

// inWhich says for every customer which of the three audiences of overlap they are
// in: 1, 2 and 4, added up.
const inWhich = `SELECT CASE WHEN loyalty_tier = 'Gold' THEN 1 ELSE 0 END + CASE WHEN customer_id IN (SELECT customer_id FROM m30) THEN 2 ELSE 0 END
	+ CASE WHEN cohort = '1997-01' THEN 4 ELSE 0 END AS r FROM c`

// byValue is the breakdown of m90 by an attribute, without NULL.
func byValue(column string) string {
	return `WITH v AS (SELECT ` + column + ` AS v, count(*) AS n, (SELECT count(*) FROM c WHERE c.` + column + ` = m90.` + column + `) AS a FROM m90
		WHERE ` + column + ` IS NOT NULL GROUP BY ` + column + `)
		SELECT v, n, n / (SELECT count(*) FROM m90), a, (n / (SELECT count(*) FROM m90)) / (a / ` + everybody + `) FROM v ORDER BY n DESC, v`
}
