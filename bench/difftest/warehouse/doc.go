// Package warehouse lays the data of an oracle.Table out as a customer's
// warehouse might hold it, so that every execution of a rule can be given the same
// data in the form that it reads: Parquet files for the engine, DuckDB and Spark,
// statements for PostgreSQL.
//
// [Plain] is the layout that a person would choose. [Random] is one of many that
// mean the same: attributes in one, two or three tables, in columns of any name,
// beside rows that belong to no customer, in no order, with times held as
// instants, as local times, as unix seconds or as dates. What no layout may change
// is the audience of a rule.
//
// Not every layout holds every value: whole seconds have no fraction. The data
// that a warehouse does hold is in [Warehouse.Data].
package warehouse
