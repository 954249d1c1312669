package clickhouse

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// request is a line to the worker: a statement, or the end of one.
type request struct {
	ID     uint64 `json:"id,omitempty"` // from 1
	SQL    string `json:"sql,omitempty"`
	Format string `json:"format,omitempty"`
	Cancel uint64 `json:"cancel,omitempty"` // the ID of a statement that nobody waits for
}

// answer is a line from the worker, with the bytes behind it. The first one has
// nothing, and says that the worker is ready.
type answer struct {
	ID    uint64 `json:"id"`
	Nanos int64  `json:"ns"`
	Size  int64  `json:"size"`
	Error string `json:"error"`
	data  []byte
}

// maxAnswer is the longest result that is read, in bytes: the keys of a thousand
// million customers. A worker that announces more is out of step.
const maxAnswer = 8 << 30

// encode returns a request as a line.
func (r request) encode() ([]byte, error) {
	line, err := json.Marshal(r)
	return append(line, '\n'), err
}

// readAnswer reads the next answer. The error is io.EOF where there is none.
func readAnswer(r *bufio.Reader) (answer, error) {
	line, err := r.ReadBytes('\n')
	if err == io.EOF && len(line) > 0 {
		return answer{}, io.ErrUnexpectedEOF
	}
	if err != nil {
		return answer{}, err
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return answer{}, fmt.Errorf("the worker says %q, not an answer: %w", short(line), err)
	}
	if a.Size < 0 || a.Size > maxAnswer {
		return answer{}, fmt.Errorf("the worker announces %d bytes, expected 0 to %d", a.Size, int64(maxAnswer))
	}
	a.data = make([]byte, a.Size)
	if _, err := io.ReadFull(r, a.data); err != nil {
		return answer{}, fmt.Errorf("a result of %d bytes: %w", a.Size, io.ErrUnexpectedEOF)
	}
	return a, nil
}

// short returns the beginning of a line, for messages.
func short(line []byte) []byte {
	const most = 200
	if len(line) > most {
		return line[:most]
	}
	return line
}
