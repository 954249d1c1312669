package files

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// TestCheckOffsets wants text and list elements to be counted, with a limit in
// place of the 2 GiB.
func TestCheckOffsets(t *testing.T) {
	text := array.NewStringBuilder(memory.DefaultAllocator)
	bytes := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	tags := array.NewListBuilder(memory.DefaultAllocator, arrow.BinaryTypes.String)
	flags := array.NewListBuilder(memory.DefaultAllocator, arrow.FixedWidthTypes.Boolean)
	builders := []array.Builder{text, bytes, tags, flags}
	var fields []arrow.Field
	for i, name := range []string{"text", "bytes", "tags", "flags"} {
		defer builders[i].Release()
		fields = append(fields, arrow.Field{Name: name, Type: builders[i].Type()})
	}
	text.Append("12345")
	bytes.Append([]byte("123456"))
	tags.Append(true)
	tags.ValueBuilder().(*array.StringBuilder).Append("1234567")
	flags.Append(true)
	for range 8 {
		flags.ValueBuilder().(*array.BooleanBuilder).Append(true)
	}
	for most, want := range []string{
		4: `p: column "text": more than 2 GiB of text in 256 rows`,
		5: `p: column "bytes": more than 2 GiB of text in 256 rows`,
		6: `p: column "tags": more than 2 GiB of text in 256 rows`,
		7: `p: column "flags": more than 2^31 list elements in 256 rows`,
		8: `<nil>`,
	} {
		if want != "" {
			checkError(t, checkOffsets("p", arrow.NewSchema(fields, nil), builders, most), "/p", want)
		}
	}
}
