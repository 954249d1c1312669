// Package databricks reads the tables of a Databricks SQL warehouse, and runs SQL
// where they are. [Open] takes a URI, see [ParseURI]; a [Source] keeps each table
// at one version and streams it as Arrow record batches.
//
// A pull is complete or it fails. The public Go driver, which talks to the
// warehouse, does not see to that: it takes a page that could not be fetched for
// the end of a result, goes on after its context has ended, cannot be asked to
// leave its telemetry, and panics at answers that it does not expect. So there is
// a layer around it, from the network to the rows:
//
//  1. A transport proves who asks, to the warehouse and to nobody else: with a
//     token, or with those that it gets for a service principal and replaces before
//     they end. It tries again what may be tried again, within bounds of time, ends
//     what stalls, and goes on with a file that broke off.
//  2. A guard, one for each statement, reads every answer before the driver does: its
//     status, its form, where its rows begin, how many there are, whether more are to
//     come. After the first answer that is not as it must be there is no other.
//  3. A session runs one statement, turns panics of the driver into errors, and
//     carries batches from the driver's old Arrow to the current one, without a copy
//     and with a look at their structure. The end of a result is believed where the
//     last page said that it was the last, and all rows that were declared came.
//  4. The source counts what came against the number of rows of the table at that
//     version, which is what finds rows that a server forgot to declare.
//
// A call that is cancelled returns at once; its session is closed, which ends the
// statement, and nothing stays open at the warehouse. Errors hold no secret: no
// token, no client secret, no address that is signed.
//
// Large tables are pulled in parts, side by side, each by a hash of the columns.
// Parts lie in files until they are read, so that a slow reader lets no link to a
// result expire; parts of a pull that was interrupted are taken up by the next.
//
// What it does not do: move files to or from volumes, log in as a person, or use a
// cluster's Thrift server that is no SQL warehouse.
package databricks
