package encoding

func plainSize(n int) int { return headerBytes + wordBytes*n }

func appendPlain(dst []byte, values []int64) []byte {
	dst = appendHeader(dst, Plain, 0, len(values))
	for _, v := range values {
		dst = le.AppendUint64(dst, uint64(v))
	}
	return dst
}

func (x *Ints) parsePlain(body []byte) error {
	if expected := wordBytes * uint64(x.n); uint64(len(body)) != expected {
		return wrongSize(body, expected)
	}
	x.table = body
	return x.checkNoCodes()
}
