// Package federate asks rules in place: where the data lies, in the SQL of the
// source that holds it. Nothing leaves the source but the answer.
//
//	rule.Checked + Place + as_of ──federate/sqlgen──▶ SQL ──source.Engine──▶ answer
//
// [At] makes a [Place] of a source and of the schema and layout that a parent
// segment comes to there. [Count], [Audience], [List], [Breakdown], [Why] and
// [Total] answer from it; [Export] has the source write the audience itself; a
// [Choice] is some of its members. What a rule means is the same as in a snapshot, down to the last customer. What cannot
// be asked so is an [*UnsupportedError]; build a snapshot for it.
//
// Every function reads the tables at the versions that the source has pinned,
// so the answers of one Place fit together, and a snapshot that is built of the
// same open source has the same customers. The source must hold every customer
// once, in the master table as in tables of attributes: a build checks that, a
// statement does not.
//
// The folders beside this file meet the world outside of a snapshot:
// federate/source is the contract of the places that customer data comes from,
// with an implementation in a folder for each kind of place, federate/sqlgen
// writes rules as SQL, and federate/export writes audiences to files.
package federate
