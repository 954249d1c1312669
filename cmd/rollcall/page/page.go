package page

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Values of Cache-Control. Names of files under assets/ have a hash of what is in them,
// so that what was fetched once never changes; the others are asked for every time.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheChecked = "no-cache"
)

// mediaTypes are the types of the files that a build makes. They are told here, since the
// tables of the machine that serves may lack them or have others.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".md":   "text/markdown; charset=utf-8",
}

// file is an embedded file, ready to be served.
type file struct {
	mediaType, caches string
	plain             version
	gzip              version // without a body: there is none
}

// version is a file as it goes over the wire.
type version struct {
	body []byte
	tag  string // ETag
}

// Handler returns a handler of the page's files, by the path of a request: "/" is the
// page itself. It answers GET and HEAD, other methods with 405 and other paths with 404;
// no path lists a folder. Files go out as gzip to clients that take it. Sizes, ranges and conditions of requests are as net/http has
// them. It is safe for concurrent use.
func Handler() http.Handler {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("page: " + err.Error()) // the name is a constant that embed has checked
	}
	return handlerOf(root)
}

// handlerOf returns a handler of the files of a folder, which it reads now.
func handlerOf(root fs.FS) http.Handler {
	files := map[string]*file{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files["/"+name] = newFile(name, body)
		return nil
	})
	if err != nil {
		panic("page: " + err.Error()) // embedded files can always be read
	}
	if index, ok := files["/index.html"]; ok {
		files["/"] = index
	}
	return &handler{files}
}

type handler struct{ files map[string]*file }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := h.files[r.URL.Path]
	switch {
	case !ok:
		http.Error(w, "there is no such page", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the page can only be read: GET or HEAD", http.StatusMethodNotAllowed)
		return
	}
	header := w.Header()
	header.Set("Content-Type", f.mediaType)
	header.Set("Cache-Control", f.caches)
	header.Set("X-Content-Type-Options", "nosniff")
	v := f.plain
	if f.gzip.body != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(strings.Join(r.Header.Values("Accept-Encoding"), ",")) {
			header.Set("Content-Encoding", "gzip")
			v = f.gzip
		}
	}
	header.Set("ETag", v.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(v.body))
}

// newFile returns a file as it will be served.
func newFile(name string, body []byte) *file {
	f := &file{mediaType: mediaTypes[path.Ext(name)], caches: cacheChecked, plain: version{body, tagOf(body)}}
	if small := compressed(body); small != nil {
		f.gzip = version{small, tagOf(small)}
	}
	if f.mediaType == "" {
		f.mediaType = "application/octet-stream"
	}
	if strings.HasPrefix(name, "assets/") {
		f.caches = cacheForever
	}
	return f
}
