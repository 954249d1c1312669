package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// SegmentPath is the part of a path that names a segment.
type SegmentPath struct {
	ParentPath
	Path string `path:"path" doc:"of the segment, folder/name, percent-encoded as one part" example:"Loyalty%2FGold" maxLength:"1024"`
}

// Versioned is a change of a segment, which says of which version it is.
type Versioned struct {
	IfMatch string `header:"If-Match" doc:"version of the segment that the change is of, in quotes; it is answered as ETag" example:"\"1\"" maxLength:"64"`
}

// expected returns the version of If-Match, 0 where there is none.
func (v *Versioned) expected() (uint64, error) {
	if v.IfMatch == "" {
		return 0, nil
	}
	text, err := strconv.Unquote(v.IfMatch)
	if err != nil {
		text = v.IfMatch
	}
	version, err := strconv.ParseUint(text, 10, 64)
	if err != nil || version == 0 {
		return 0, newProblem(http.StatusPreconditionFailed, "VERSION_CONFLICT", "If-Match is no version of a segment", `send the ETag that was answered, as in If-Match: "3"`)
	}
	return version, nil
}

// segmentAnswer is a segment with its version as ETag.
type segmentAnswer struct {
	ETag string `header:"ETag" doc:"version of the segment, in quotes"`
	Body *service.SegmentJSON
}

// tagged returns the answer for a segment.
func tagged(s *service.SegmentJSON, err error) (*segmentAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &segmentAnswer{`"` + strconv.FormatUint(s.Version, 10) + `"`, s}, nil
}

func (d *door) segmentOperations() {
	d.segmentReads()
	d.segmentChanges()
	d.segmentMoves()
}

func (d *door) segmentReads() {
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}/segments", id: "listSegments", tag: tagSegments, asks: true,
		errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway}, summary: "Segments by path",
		description: "Needs the role counts. With counts=true also how many customers each has.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Paged
		Folder  string `query:"folder" doc:"those in it and below it; absent: all" maxLength:"1024"`
		Counts  bool   `query:"counts" doc:"also how many customers each has"`
		AsOf    string `query:"as_of" doc:"of the counts: a time (RFC 3339) or a date; absent: now" maxLength:"64"`
		Deleted bool   `query:"deleted" doc:"those that were deleted, in place of those that are there"`
	}) (*service.Page[service.SegmentJSON], error) {
		return d.service.Segments(ctx, who, in.Parent, service.SegmentsRequest{
			Listing: in.of(), Folder: in.Folder, Counts: in.Counts, AsOf: in.AsOf, Deleted: in.Deleted,
		})
	})
	handleWith(d, route{
		method: http.MethodGet, path: "/parents/{name}/segments/{path}", id: "getSegment", tag: tagSegments,
		errors: []int{http.StatusNotFound}, summary: "A segment", description: "Needs the role counts. With its rule as text and as the objects of both file shapes.",
	}, func(ctx context.Context, who service.Caller, in *SegmentPath) (*segmentAnswer, error) {
		return tagged(d.service.Segment(ctx, who, in.Parent, in.Path))
	})
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}/segments/{path}/versions", id: "listSegmentVersions", tag: tagSegments,
		errors: []int{http.StatusNotFound}, summary: "Versions of a segment, newest first", description: "Needs the role counts. Who made each, when, and what they noted.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		SegmentPath
		Paged
	}) (*service.Page[service.SegmentJSON], error) {
		return d.service.SegmentVersions(ctx, who, in.Parent, in.Path, in.of())
	})
}

func (d *door) segmentChanges() {
	handleWith(d, route{
		method: http.MethodPost, path: "/parents/{name}/segments", id: "createSegment", tag: tagSegments, status: http.StatusCreated,
		errors: []int{http.StatusNotFound, http.StatusConflict}, summary: "Save a segment", description: "Needs the role segments. The rule is checked.",
		body: service.SegmentRequest{Path: "Loyalty/Gold", Rule: "loyalty_tier = 'Gold'", Note: "for the spring campaign"},
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Body service.SegmentRequest
	}) (*segmentAnswer, error) {
		return tagged(d.service.CreateSegment(ctx, who, in.Parent, in.Body))
	})
	handleWith(d, route{
		method: http.MethodPut, path: "/parents/{name}/segments/{path}", id: "updateSegment", tag: tagSegments,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		summary: "Save another rule for a segment", description: "Needs the role segments. The version before stays in the history.",
		body: service.SegmentRequest{Rule: "loyalty_tier in ('Gold', 'Platinum')", Note: "Platinum, too"},
	}, func(ctx context.Context, who service.Caller, in *struct {
		SegmentPath
		Versioned
		Body service.SegmentRequest
	}) (*segmentAnswer, error) {
		expected, err := in.expected()
		if err != nil {
			return nil, err
		}
		return tagged(d.service.UpdateSegment(ctx, who, in.Parent, in.Path, expected, in.Body))
	})
	handleWith(d, route{
		method: http.MethodDelete, path: "/parents/{name}/segments/{path}", id: "deleteSegment", tag: tagSegments,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		summary: "Delete a segment", description: "Needs the role segments. Its versions stay, and it can be restored.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		SegmentPath
		Versioned
		Note string `query:"note" doc:"on this change" maxLength:"4096"`
	}) (*segmentAnswer, error) {
		expected, err := in.expected()
		if err != nil {
			return nil, err
		}
		return tagged(d.service.DeleteSegment(ctx, who, in.Parent, in.Path, expected, in.Note))
	})
}

func (d *door) segmentMoves() {
	handleWith(d, route{
		method: http.MethodPost, path: "/parents/{name}/segments/{path}/move", id: "moveSegment", tag: tagSegments,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
		summary: "Give a segment another path", description: "Needs the role segments. Another name, another folder, or both.",
		body: service.MoveRequest{To: "VIP/Gold"},
	}, func(ctx context.Context, who service.Caller, in *struct {
		SegmentPath
		Versioned
		Body service.MoveRequest
	}) (*segmentAnswer, error) {
		expected, err := in.expected()
		if err != nil {
			return nil, err
		}
		return tagged(d.service.MoveSegment(ctx, who, in.Parent, in.Path, expected, in.Body))
	})
	handleWith(d, route{
		method: http.MethodPost, path: "/parents/{name}/segments/{path}/restore", id: "restoreSegment", tag: tagSegments,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		summary: "Bring back an earlier version, or a deleted segment", description: "Needs the role segments. What is restored is a new version.",
		body: service.RestoreRequest{Version: 1, Note: "as it was"},
	}, func(ctx context.Context, who service.Caller, in *struct {
		SegmentPath
		Body service.RestoreRequest
	}) (*segmentAnswer, error) {
		return tagged(d.service.RestoreSegment(ctx, who, in.Parent, in.Path, in.Body))
	})
}
