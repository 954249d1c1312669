// Command rollcall builds snapshots of customer data and asks them who is in an
// audience.
//
//	rollcall demo                                            the whole flow on real data
//	rollcall init -s warehouse -o parent.yml                 a parent segment to start from
//	rollcall check parent.yml segments -s warehouse
//	rollcall build -c parent.yml -s warehouse -o customers.rollcall
//	rollcall fields customers.rollcall
//	rollcall count customers.rollcall "loyalty_tier = 'Gold' and purchase in last 30 days"
//	rollcall list customers.rollcall "lifetime_value > 1000" --limit 10
//	rollcall export customers.rollcall "lifetime_value > 1000" -o vip.parquet
//	rollcall breakdown customers.rollcall "lifetime_value > 1000" --by country
//	rollcall why customers.rollcall 10013 "lifetime_value > 1000"
//	rollcall funnel customers.rollcall "page_view then purchase within 2 hours"
//	rollcall count customers.rollcall @vip.yml --segments segments
//	rollcall segments customers.rollcall segments --since last.json --save last.json
//	rollcall convert @vip.yml --to text
//	rollcall sql customers.rollcall @vip.yml --dialect databricks
//	rollcall build -c parent.yml -s warehouse -o customers.rollcall --overlap 3d    what has changed since
//	rollcall count customers.rollcall@1 "lifetime_value > 1000"                     the version before
//	rollcall inspect customers.rollcall
//	rollcall verify customers.rollcall
//	rollcall compact customers.rollcall
//
// Where a database holds the tables, rules are asked there, too, with -c and -s in
// place of a snapshot:
//
//	rollcall init -s "databricks://HOST/HTTP_PATH?catalog=main" -o parent.yml
//	rollcall count -c parent.yml -s databricks://… "lifetime_value > 1000" --verify
//	rollcall export -c parent.yml -s databricks://… @vip.yml --into-table main.audiences.vip
//
// Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 the
// answer is "no" (check or verify found problems, --verify a difference); 2 usage or rule error; 3 source,
// environment or corrupt data; 130 interrupted.
//
// With --format json stdout holds one object, and an error is one object on
// stderr: {"error", "exit_code", "problems"}, where a problem has code, file,
// path, line, column, offset, length, message and hint as far as they are known.
package main
