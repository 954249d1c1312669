package storetest

import "maps"

// node is a file or a folder. Nodes know no names: those are in folders.
type node struct {
	folder *folder // nil for a file

	data   []byte // of a file; only ever appended to, so that its start can be shared
	synced int    // bytes of data that are durable
	locked bool   // somebody holds the lock on the file
}

// folder is the names in a folder, twice: as programs see them, and as a loss of
// power leaves them at the worst.
type folder struct {
	names   map[string]*node // now
	durable map[string]*node // at the last sync
	pending []change         // made since, oldest first: durable and these are names
}

// change is one change of a folder's names, which happens as a whole or not at
// all.
type change struct {
	drop string // a name that is no more, or ""
	set  string // a name that is node from now on, or ""
	node *node
}

func newFolder() *node {
	return &node{folder: &folder{names: map[string]*node{}, durable: map[string]*node{}}}
}

// change makes a change that is not durable.
func (f *folder) change(c change) {
	c.apply(f.names)
	f.pending = append(f.pending, c)
}

// sync makes all changes durable.
func (f *folder) sync() {
	f.durable, f.pending = maps.Clone(f.names), nil
}

func (c change) apply(names map[string]*node) {
	if c.drop != "" {
		delete(names, c.drop)
	}
	if c.set != "" {
		names[c.set] = c.node
	}
}

// empty removes all names in a folder and in those below it.
func (n *node) empty() {
	if n.folder == nil {
		return
	}
	for _, name := range sortedNames(n.folder.names) {
		n.folder.names[name].empty()
		n.folder.change(change{drop: name})
	}
}
