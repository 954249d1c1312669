package api

import (
	"context"
	"mime"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// downloadTypes are those of the files of exports.
var downloadTypes = []string{"application/vnd.apache.parquet", "application/vnd.apache.arrow.file", "text/csv", "application/octet-stream"}

// streamed is an answer that is written piece by piece.
type streamed struct{ Body func(huma.Context) }

// downloadRequest asks for a file, or a part of it.
type downloadRequest struct {
	JobPath
	Range string `header:"Range" doc:"a part of the file, as bytes=0-1023" maxLength:"256"`
}

func (d *door) downloadOperation() {
	r := route{
		method: http.MethodGet, path: "/jobs/{id}/download", id: "downloadExport", tag: tagJobs, offers: downloadTypes,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusRequestedRangeNotSatisfiable},
		summary: "The file of an export", description: "Needs the role members. It is in the audit log before the first byte leaves.",
	}
	operation := d.operation(&r)
	content := map[string]*huma.MediaType{}
	for _, kind := range downloadTypes {
		content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	operation.Responses = map[string]*huma.Response{
		"200": {Description: "the file", Content: content},
		"206": {Description: "the part of the file that Range asks for", Content: content},
	}
	handleOperation(d, &r, operation, func(ctx context.Context, who service.Caller, in *downloadRequest) (*streamed, error) {
		file, err := d.service.Download(ctx, who, in.ID)
		if err != nil {
			return nil, err
		}
		return &streamed{func(hctx huma.Context) { serveFile(hctx, file, in.Range) }}, nil
	})
}

// serveFile sends a file, or one part of it. Of several parts at once the whole is sent:
// nobody needs them, and they can be asked for so that they are more than the file.
func serveFile(ctx huma.Context, file *service.Download, part string) {
	defer func() { _ = file.Close() }() // it was only read
	r, w := humago.Unwrap(ctx)
	plain := r.Clone(r.Context())
	plain.Header = http.Header{}
	if part != "" && !strings.Contains(part, ",") {
		plain.Header.Set("Range", part)
	}
	w.Header().Set("Content-Type", file.ContentType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filepath.Base(file.FileName)}))
	http.ServeContent(&rangeWriter{ResponseWriter: w, request: r}, plain, "", time.Time{}, file)
}

// rangeWriter has a range that a file does not have answered as every other error.
type rangeWriter struct {
	http.ResponseWriter
	request *http.Request
	refused bool
}

// Unwrap is for http.ResponseController.
func (w *rangeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the header, or the problem.
func (w *rangeWriter) WriteHeader(status int) {
	if status != http.StatusRequestedRangeNotSatisfiable {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.refused = true
	w.Header().Del("Content-Disposition")
	newProblem(status, codeRange, "the file does not have the part that Range asks for", "without Range the whole file is sent").write(w.ResponseWriter, w.request)
}

// Write sends a piece of the file; what ServeContent says of a wrong range is dropped.
func (w *rangeWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}
