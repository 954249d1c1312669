// Package examples generates the data that the example segments are asked of:
// customers with their purchases, page views, opened e-mails, carts and returns.
//
// [Table] is the same data at every call. It has what makes an answer wrong where
// an engine is careless: customers without any event and without any value, events
// at midnight, at [AsOf] and a microsecond beside, on both days on which Los Angeles
// changes its clocks, orders without a channel, empty lists. Each example selects
// some of the customers, and not all.
package examples
