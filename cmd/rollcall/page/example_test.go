package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/rollcall-db/rollcall/cmd/rollcall/page"
)

func ExampleHandler() {
	w := httptest.NewRecorder()
	page.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"), w.Header().Get("Cache-Control"))
	// Output: 200 text/html; charset=utf-8 no-cache
}
