package dbtest

import (
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// filePrefix begins the paths of files.
const filePrefix = "/cloudfetch/"

// file is what a link leads to. It is complete when it is entered.
type file struct {
	path     string
	session  *session
	expires  time.Time
	lz4      bool
	pieces   []thrift.Streamed // schema, batches, padding, end of stream
	batches  []*message        // of pieces
	rows     int64             // that the link declares
	readers  int               // that send it now; guarded by fileStore.mu
	dropped  bool              // no link leads to it any more; guarded by fileStore.mu
	released bool              // guarded by fileStore.mu
}

// fileStore keeps files until they are dropped, and their memory until the last
// reader is done. It is safe for concurrent use.
type fileStore struct {
	mu    sync.Mutex
	files map[string]*file
}

func newFileStore() *fileStore { return &fileStore{files: map[string]*file{}} }

// add enters a file under a new path, and drops files that have expired.
func (s *fileStore) add(f *file) {
	now := time.Now()
	f.path = filePrefix + hex.EncodeToString(newID())
	s.dropWhere(func(other *file) bool { return now.After(other.expires) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[f.path] = f
}

// open returns the file of a path for a reader, who calls close; nil where there
// is none.
func (s *fileStore) open(path string) *file {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[path]
	if f != nil {
		f.readers++
	}
	return f
}

func (s *fileStore) close(f *file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.readers--
	f.release()
}

// release gives back the memory of a file that nobody needs. Callers hold the
// lock.
func (f *file) release() {
	if f.readers > 0 || !f.dropped || f.released {
		return
	}
	f.released = true
	for _, m := range f.batches {
		m.release()
	}
}

func (s *fileStore) dropWhere(drop func(*file) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.files, func(_ string, f *file) bool {
		if !drop(f) {
			return false
		}
		f.dropped = true
		f.release()
		return true
	})
}

func (s *fileStore) drop(files []*file) {
	gone := map[*file]bool{}
	for _, f := range files {
		gone[f] = true
	}
	s.dropWhere(func(f *file) bool { return gone[f] })
}

func (s *fileStore) dropSession(of *session) {
	s.dropWhere(func(f *file) bool { return f.session == of })
}

func (s *fileStore) clear() { s.dropWhere(func(*file) bool { return true }) }

// serveFile answers a download.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	h := s.begin(Call{Method: MethodFile, UserAgent: r.UserAgent()})
	if s.refused(w, r, h) {
		return
	}
	if r.Header.Get("Authorization") != "" { // a signed link is the proof, and clouds take one proof only
		http.Error(w, "InvalidArgument: Only one auth mechanism allowed", http.StatusBadRequest)
		return
	}
	f := s.files.open(r.URL.Path)
	if f == nil {
		http.Error(w, "NoSuchKey: The specified key does not exist.", http.StatusNotFound)
		return
	}
	defer s.files.close(f)
	if h.is(LinkGone) || time.Now().After(f.expires) {
		http.Error(w, "AccessDenied: Request has expired", http.StatusForbidden)
		return
	}
	pieces, err := f.content(h)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	all := stream(pieces)
	if h.is(TornFile) {
		body, err := collect(pieces...)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		all = stream{blob(body[:len(body)/2])}
	}
	s.send(w, r, h, all.Size(), all)
}

// content is what the file is sent as.
func (f *file) content(h hit) ([]thrift.Streamed, error) {
	pieces := f.pieces
	switch {
	case len(f.batches) == 0:
	case h.is(ShortFile):
		pieces = f.without()
	case h.is(PaddedFile): // the end of stream gives way
		pieces = append(append([]thrift.Streamed{}, pieces[:len(pieces)-1]...), f.batches[0], endOfStream)
	case h.is(CorruptArrow):
		first, err := damaged(f.batches[0])
		if err != nil {
			return nil, err
		}
		pieces = append([]thrift.Streamed{pieces[0], first}, pieces[2:]...)
	}
	if !f.lz4 {
		return pieces, nil
	}
	packed, err := compressed(pieces...)
	return []thrift.Streamed{packed}, err
}

// without returns the file without its last batch that is no padding.
func (f *file) without() []thrift.Streamed {
	rows, last := int64(0), 0
	for last < len(f.batches) && rows < f.rows {
		rows += f.batches[last].batch.NumRows()
		last++
	}
	pieces := f.pieces[:last] // the schema and all batches but one
	return append(append([]thrift.Streamed{}, pieces...), endOfStream)
}

// stream is pieces one after the other.
type stream []thrift.Streamed

// Size is the number of bytes of all.
func (s stream) Size() int {
	n := 0
	for _, p := range s {
		n += p.Size()
	}
	return n
}

// WriteTo writes all pieces.
func (s stream) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for _, p := range s {
		n, err := p.WriteTo(w)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// url is the link to a file, with a signature that nobody checks but that must
// stay secret.
func (f *file) url(base string) string {
	return strings.Join([]string{base, f.path, "?X-Amz-Signature=", newSecret()}, "")
}
