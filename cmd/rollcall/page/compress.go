package page

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
)

// minCompressed is the size in bytes from which a file is compressed, too.
const minCompressed = 1024

// compressed returns a file as gzip, nil where that is not smaller. The same bytes always
// give the same.
func compressed(body []byte) []byte {
	if len(body) < minCompressed {
		return nil
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic("page: " + err.Error()) // the level is a constant of the package
	}
	// Writing to a buffer never fails.
	_, _ = w.Write(body)
	_ = w.Close()
	if out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}

// acceptsGzip reports whether a header Accept-Encoding names gzip, or any, with a weight
// that is not 0.
func acceptsGzip(header string) bool {
	other := false
	for part := range strings.SplitSeq(header, ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q="); ok {
			parsed, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			if err != nil {
				continue // no weight that can be read: the coding is not taken
			}
			weight = parsed
		}
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return weight > 0
		case "*":
			other = weight > 0
		}
	}
	return other
}
