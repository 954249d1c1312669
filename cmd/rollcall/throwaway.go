package main

import "github.com/rollcall-db/rollcall/engine/store"

// throwaway is the machine's file system for a snapshot that does not outlive the
// command: nothing is made durable, which costs more than all the rest of a small
// one.
type throwaway struct{ store.FS }

// throwawayFile is a file that is not synced.
type throwawayFile struct{ store.File }

func (t throwaway) Create(path string) (store.File, error) {
	f, err := t.FS.Create(path)
	if err != nil {
		return nil, err
	}
	return throwawayFile{f}, nil
}

func (throwaway) SyncDir(string) error { return nil }

func (throwawayFile) Sync() error { return nil }
