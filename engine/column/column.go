package column

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Batches is a stored table: one Arrow record batch per block of rows. It is
// safe for concurrent use.
type Batches interface {
	// NumBatches returns the number of batches.
	NumBatches() int
	// Batch returns batch i. Its memory stays valid as long as the snapshot
	// that it belongs to.
	Batch(i int) (arrow.RecordBatch, error)
	// Corrupt makes the error that says what is wrong with the stored table.
	Corrupt(reason error) error
}

// Lazy is a list whose members are loaded on first use and then kept. It is
// safe for concurrent use; one caller loads at a time.
// A failed load is tried again by the next caller.
type Lazy[T any] struct {
	slots []atomic.Pointer[T]
	mu    sync.Mutex
	load  func(i int) (*T, error)
}

// NewLazy returns a list of n members, each made by load.
func NewLazy[T any](n int, load func(i int) (*T, error)) *Lazy[T] {
	return &Lazy[T]{slots: make([]atomic.Pointer[T], n), load: load}
}

// Len returns the number of members.
func (l *Lazy[T]) Len() int { return len(l.slots) }

// At returns member i. After the first call for i it allocates nothing.
func (l *Lazy[T]) At(i int) (*T, error) {
	if v := l.slots[i].Load(); v != nil {
		return v, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if v := l.slots[i].Load(); v != nil {
		return v, nil
	}
	v, err := l.load(i)
	if err != nil {
		return nil, err
	}
	l.slots[i].Store(v)
	return v, nil
}

// Column is a stored column: a [Vector] for every block of rows.
type Column struct {
	typ    model.Type
	blocks *Lazy[Vector]
}

// NewColumn returns the column that is the first column of every batch of b. A
// batch without columns is corrupt.
func NewColumn(t model.Type, b Batches) *Column {
	var dict arrowDictionary // one caller loads at a time
	load := func(i int) (*Vector, error) {
		batch, err := b.Batch(i)
		if err != nil {
			return nil, err
		}
		if batch.NumCols() == 0 {
			return nil, b.Corrupt(errors.New("column: a table without columns, expected one"))
		}
		v, err := dict.vector(t, batch.Column(0))
		if err != nil {
			return nil, b.Corrupt(err)
		}
		return v, nil
	}
	return &Column{typ: t, blocks: NewLazy(b.NumBatches(), load)}
}

// Type returns the type of the values.
func (c *Column) Type() model.Type { return c.typ }

// Block returns the values of block i.
func (c *Column) Block(i int) (*Vector, error) { return c.blocks.At(i) }
