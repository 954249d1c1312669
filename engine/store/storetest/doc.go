// Package storetest has file systems for tests of whatever writes snapshots.
// Each is a [store.FS]:
//
//   - [MemFS] holds its files in memory and knows what of them was synced. Its
//     CrashClone is what a machine finds after a loss of power.
//   - [FaultFS] stands before another one and makes one operation fail, or ends
//     the process at it.
//
// Together they cut a program at each of its operations:
//
//	for at := 1; ; at++ {
//		disk := start.Clone()
//		faults := storetest.NewFaultFS(disk, storetest.Fault{At: at, Err: syscall.EIO, Crash: true})
//		run(faults)
//		if faults.Hit() == "" {
//			break // it has fewer operations
//		}
//		check(disk.CrashClone(rng))
//	}
package storetest
