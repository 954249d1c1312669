package toc

import "slices"

// Check checks what reading a section does not rely on: that no two sections
// share bytes, that each is where the layout puts it, and that what lies between
// them is zeros.
func (f *File) Check() error {
	entries := slices.SortedFunc(f.Entries(), func(x, y Entry) int {
		switch {
		case x.Offset != y.Offset:
			return order(x.Offset < y.Offset)
		case x.Size != y.Size:
			return order(x.Size < y.Size) // an empty section may be where another starts
		}
		return x.compare(y)
	})
	end := int64(headerBytes)
	for _, e := range entries {
		if want := alignUp(end, alignOf(e.Size)); e.Offset != want {
			return f.corrupt("section %d of tag %d is at %d, expected %d", e.Index, e.Tag, e.Offset, want)
		}
		if err := f.checkZeros(end, e.Offset); err != nil {
			return err
		}
		end = e.Offset + e.Size
	}
	return f.checkZeros(end, f.bytes.Len()-footerBytes-int64(len(f.table)))
}

// checkZeros checks that there are nothing but zeros, and few of them, from byte
// lo to before byte hi.
func (f *File) checkZeros(lo, hi int64) error {
	if hi-lo >= largeAlign {
		return f.corrupt("nothing is said of the bytes %d to %d", lo, hi-1)
	}
	gap, err := f.bytes.Range(lo, hi-lo)
	if err != nil {
		return err
	}
	for i, b := range gap {
		if b != 0 {
			return f.corrupt("byte %d is %d, expected 0 between sections", lo+int64(i), b)
		}
	}
	return nil
}
