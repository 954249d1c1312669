package storetest

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// CrashClone returns a file system as a machine may find it after a loss of
// power at this moment: what was synced, and of the rest what rng chooses.
//
//   - Of the changes of a folder's names since its last sync, the first few
//     happened: none, all or some.
//   - Of the bytes of a file since its last sync, the first few are there: none,
//     all, or some, which may have zeros behind them up to any size that the file
//     has had.
//
// A nil rng chooses the worst: exactly what was synced. The same rng chooses the
// same of the same. All that the clone has is durable, and nobody holds a lock
// or has a file open in it. It shares nothing with m, which goes on as before.
func (m *MemFS) CrashClone(rng *rand.Rand) *MemFS {
	return m.clone(cloner{
		names: func(f *folder) map[string]*node { return survivingNames(rng, f) },
		data:  func(n *node) []byte { return survivingBytes(rng, n) },
	})
}

// Clone returns a file system with all that m has now, as if it were synced.
// Locks and open files stay behind. It shares nothing with m.
func (m *MemFS) Clone() *MemFS {
	return m.clone(cloner{
		names: func(f *folder) map[string]*node { return maps.Clone(f.names) },
		data:  func(n *node) []byte { return n.data },
	})
}

func (m *MemFS) clone(c cloner) *MemFS {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.copies = map[*node]*node{}
	return &MemFS{root: c.node(m.root)}
}

// cloner copies nodes, all of it durable.
type cloner struct {
	names  func(*folder) map[string]*node // what a copy of the folder holds; the map is its own
	data   func(*node) []byte             // what a copy of the file holds; shared or not
	copies map[*node]*node                // made so far: a file may be found under two names
}

func (c *cloner) node(n *node) *node {
	if done, ok := c.copies[n]; ok {
		return done
	}
	if n.folder == nil {
		data := c.data(n)
		// Both go on to append, each behind its own bytes.
		file := &node{data: data[:len(data):len(data)], synced: len(data)}
		c.copies[n] = file
		return file
	}
	names := c.names(n.folder)
	for _, name := range sortedNames(names) { // in an order, for rng
		names[name] = c.node(names[name])
	}
	dir := &node{folder: &folder{names: names, durable: maps.Clone(names)}}
	c.copies[n] = dir
	return dir
}

func sortedNames(names map[string]*node) []string { return slices.Sorted(maps.Keys(names)) }

// survivingNames returns the synced names of a folder with the first few of the
// changes since.
func survivingNames(rng *rand.Rand, f *folder) map[string]*node {
	names := maps.Clone(f.durable)
	for _, c := range f.pending[:someOf(rng, len(f.pending))] {
		c.apply(names)
	}
	return names
}

// survivingBytes returns the synced bytes of a file with the first few of those
// behind them, and zeros or nothing for the rest.
func survivingBytes(rng *rand.Rand, n *node) []byte {
	written := n.synced + someOf(rng, len(n.data)-n.synced)
	size := written
	if rng != nil && rng.IntN(3) == 0 { // the size came to the disk before the bytes
		size += someOf(rng, len(n.data)-written)
	}
	if size == written {
		return n.data[:written]
	}
	return append(n.data[:written:written], make([]byte, size-written)...)
}

// someOf returns a number from 0 to n. Both ends are as likely as all that lies
// between them, whatever n: most faults are at an end.
func someOf(rng *rand.Rand, n int) int {
	if rng == nil || n == 0 {
		return 0
	}
	switch rng.IntN(3) {
	case 0:
		return 0
	case 1:
		return n
	}
	return rng.IntN(n + 1)
}
