package postgres

import "time"

const (
	batchRows  = 65_536   // of a batch, at most
	batchBytes = 64 << 20 // of values in a batch; the row that passes it ends the batch

	defaultParallel = 4  // connections of one scan
	maxParallel     = 64 // connections that may be asked for

	rangeBlocks   = 2048                  // read by one statement of a scan that is cut: 16 MiB of 8 KiB
	rangesPerConn = 4                     // fewer leave connections idle at the end
	minRange      = 256                   // blocks: less is not worth a statement
	oldestServer  = 14_00_00              // version: older ones read a whole table for each range of blocks
	endPatience   = 75 * time.Millisecond // for a cancelled statement to end on the server
	idlePatience  = 2 * time.Second       // for a session in order to end
	closePatience = 2 * time.Second       // for all connections to be closed
	lockPatience  = 10 * time.Second      // for each lock of a transaction that replaces a table
)
