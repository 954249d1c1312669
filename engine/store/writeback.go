package store

import "io"

// writebackBytes is how much of a file is written before the machine is told to
// begin bringing it to the disk.
const writebackBytes = 8 << 20

// earlyFile is a file that can begin to make durable what has been written, so that
// Sync waits for little.
type earlyFile interface {
	io.Writer
	// Begin begins with n bytes from an offset on. It may wait for a slow disk, may be
	// called beside all other methods, and does nothing after Close. It is advice:
	// what becomes of it is not told.
	Begin(offset, n int64)
}

// writeback brings large files to the disk while more is computed and written. The
// zero value is ready.
type writeback struct {
	pieces chan filePiece // nil: none has come yet
	done   chan struct{}  // closed once nobody takes pieces any more
}

// filePiece is some bytes of a file.
type filePiece struct {
	file      earlyFile
	offset, n int64
}

// of returns what writes to f, and brings it to the disk bit by bit where f can do
// that.
func (b *writeback) of(f File) io.Writer {
	early, ok := f.(earlyFile)
	if !ok {
		return f
	}
	return &earlyWriter{file: early, to: b}
}

// begin begins with a piece, without waiting; it reports false, and does nothing,
// where it would have to.
func (b *writeback) begin(p filePiece) bool {
	if b.pieces == nil {
		b.pieces, b.done = make(chan filePiece, 1), make(chan struct{})
		go func() {
			defer close(b.done)
			for p := range b.pieces {
				p.file.Begin(p.offset, p.n)
			}
		}()
	}
	select {
	case b.pieces <- p:
		return true
	default:
		return false
	}
}

// end ends the goroutine of b, if there is one, once it has begun with all pieces.
func (b *writeback) end() {
	if b.pieces != nil {
		close(b.pieces)
		<-b.done
		b.pieces = nil
	}
}

// earlyWriter begins to bring to the disk what is written to it.
type earlyWriter struct {
	file           earlyFile
	to             *writeback
	written, begun int64
}

// Write implements io.Writer.
func (w *earlyWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.written += int64(n)
	if left := w.written - w.begun; left >= writebackBytes && w.to.begin(filePiece{w.file, w.begun, left}) {
		w.begun = w.written
	}
	return n, err
}
