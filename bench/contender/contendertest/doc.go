// Package contendertest is the contract of package contender as a test suite. The
// tests of every engine call [Run]:
//
//	func TestContract(t *testing.T) {
//		contendertest.Run(t, contendertest.Contract{
//			Open: duckdb.OpenMemory, Questions: contendertest.Questions(), Append: true, Export: true,
//		})
//	}
//
// The suite writes a data set of a few hundred customers to a temporary folder,
// has the engine load it, and asks questions whose answers it works out itself, in
// plain Go over the rows that it wrote. Events lie on both sides of the windows'
// edges, to the microsecond, and some customers have no event, or no value. Then it
// asks the same of a data set that package workload generated, so that engines see
// files as the benchmark has them.
//
// Start at [Run]. [Questions] has the rules and their SQL; [Write] and [Generate]
// the data sets, for tests of an engine that need one of their own.
package contendertest
