package files

import (
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// checkCodecs refuses the compressions that parquet-go does not read, and those
// that it reads wrongly.
//
// Note: parquet-go v0.32.0 has LZ4_RAW, but gives the bytes of some earlier page
// for one that compresses to more than a third (its issue 608), and doubles a
// buffer for ever on damaged data. It also takes the compression of all chunks
// of a column from the first row group.
func (m *parquetMeta) checkCodecs() error {
	for _, c := range m.columns {
		if c.leaf == nil {
			continue // unsupported, never read
		}
		var first format.CompressionCodec
		for i, g := range m.file.Metadata().RowGroups {
			codec := g.Columns[c.leaf.leaf].MetaData.Codec
			switch codec {
			case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd:
			default:
				return fmt.Errorf("column %q is compressed with %s, which is not supported; SNAPPY, GZIP, BROTLI and ZSTD are", c.field.Name, codec)
			}
			if i == 0 {
				first = codec
			}
			if codec != first {
				return fmt.Errorf("column %q is compressed with %s in row group 0 and with %s in row group %d, which is not supported",
					c.field.Name, first, codec, i)
			}
		}
	}
	return nil
}
