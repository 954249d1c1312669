package index

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// The sections of a part's file of events. A block of customers who have events
// there has one of each kind but dictionaries, which are of the file. See
// docs/format.md.
const (
	tagRows       toc.Tag = 1  // index: block. u16 each: customer of each event, within the block
	tagTime       toc.Tag = 2  // index: block. u64: number of dated events; then their times, in microseconds
	tagDictionary toc.Tag = 3  // index: field. Texts that the blocks share
	tagField0     toc.Tag = 16 // plus the field; index: block. One value for each event
)

// dictionaryTexts is how many texts the dictionary of a field holds. A block with
// a text beyond stores its texts without dictionary.
const dictionaryTexts = 1 << 16

// SectionName says what a section of a file of events holds, for people: "times
// of block 3". The fields are those of the file's behavior. A tag that no section
// of such a file has is called by its number.
func SectionName(fields []model.Field, tag toc.Tag, index uint32) string {
	switch field := uint64(tag) - uint64(tagField0); {
	case tag == tagRows:
		return fmt.Sprintf("rows of block %d", index)
	case tag == tagTime:
		return fmt.Sprintf("times of block %d", index)
	case tag == tagDictionary && uint64(index) < uint64(len(fields)):
		return fmt.Sprintf("dictionary of field %q", fields[index].Name)
	case tag >= tagField0 && field < uint64(len(fields)):
		return fmt.Sprintf("field %q of block %d", fields[field].Name, index)
	}
	return fmt.Sprintf("section %d of tag %d", index, tag)
}
