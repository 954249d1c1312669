package store

import "github.com/rollcall-db/rollcall/engine/toc"

// postings returns the postings of one part of a behavior, nil where it has none.
func (o *opener) postings(i, part int) toc.Sections {
	name := PostingsFile(i, part)
	if o.s.files[name] == nil {
		return nil
	}
	return o.sections(name)
}
