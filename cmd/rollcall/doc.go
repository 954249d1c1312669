// Command rollcall builds snapshots of customer data and asks them who is in an
// audience.
//
//	rollcall demo                                            the whole flow on real data
//	rollcall build -c parent.yml -s warehouse -o customers.rollcall
//	rollcall fields customers.rollcall
//	rollcall count customers.rollcall "loyalty_tier = 'Gold' and purchase in last 30 days"
//	rollcall list customers.rollcall "lifetime_value > 1000" --limit 10
//	rollcall export customers.rollcall "lifetime_value > 1000" -o vip.parquet
//	rollcall inspect customers.rollcall
//
// Results go to stdout, everything else to stderr. Exit codes: 0 done; 2 usage
// or rule error; 3 source, environment or corrupt data; 130 interrupted.
package main
