package encoding

func appendConstant(dst []byte, n int, value int64) []byte {
	dst = appendHeader(dst, Constant, 0, n)
	return le.AppendUint64(dst, uint64(value))
}

func (x *Ints) parseConstant(body []byte) error {
	if len(body) != wordBytes {
		return wrongSize(body, wordBytes)
	}
	x.base = load(body, 0)
	return x.checkNoCodes()
}
