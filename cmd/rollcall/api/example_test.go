package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/rollcall-db/rollcall/cmd/rollcall/api"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// open opens a service over a new folder; the function that comes with it closes it.
func open() (*service.Service, func()) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "studio")
	check(err)
	reg, err := registry.Open(ctx, dir, registry.Options{})
	check(err)
	log, err := audit.Open(ctx, dir, audit.Options{})
	check(err)
	s, err := service.New(service.Options{Dir: dir, Registry: reg, Audit: log})
	check(err)
	check(s.Start(ctx))
	return s, func() {
		check(s.Close(ctx))
		check(log.Close())
		check(reg.Close())
		check(os.RemoveAll(dir))
	}
}

// local returns a request as one of this machine.
func local(method, url string) *http.Request {
	r := httptest.NewRequest(method, url, nil)
	r.RemoteAddr = "127.0.0.1:50000"
	return r
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A handler is an http.Handler: tests, and servers that have other things to serve, need
// no port.
func ExampleNew() {
	s, closeService := open()
	defer closeService()
	handler, err := api.New(s, api.Options{Version: "1.0.0"})
	check(err)

	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, local(http.MethodGet, "http://localhost/api/v1/session"))
	fmt.Print(answer.Code, " ", answer.Body)
	// Output: 200 {"name":"local","roles":["admin"],"local":true,"tokens_required":false,"server":{"version":"1.0.0","demo":false}}
}

// A server listens until its context ends.
func ExampleServe() {
	s, closeService := open()
	defer closeService()
	handler, err := api.New(s, api.Options{})
	check(err)

	ctx, stop := context.WithCancel(context.Background())
	err = api.Serve(ctx, handler, api.Listening{Address: "127.0.0.1:0", Ready: func(at net.Addr) {
		answer, err := http.Get("http://" + at.String() + "/healthz")
		check(err)
		defer func() { check(answer.Body.Close()) }()
		text, err := io.ReadAll(answer.Body)
		check(err)
		fmt.Print(string(text))
		stop()
	}})
	fmt.Println(err)
	// Output:
	// ok
	// <nil>
}

// Other machines reach a server only with a certificate and a token.
func ExampleExposedError() {
	s, closeService := open()
	defer closeService()
	handler, err := api.New(s, api.Options{})
	check(err)
	fmt.Println(api.Serve(context.Background(), handler, api.Listening{Address: "0.0.0.0:8765"}))
	// Output: other machines can reach 0.0.0.0:8765, which needs a certificate (--tls-cert and --tls-key) and a token (rollcall token add); 127.0.0.1 is for this machine alone
}

// A handler of the page, or of assistants, knows who asks.
func ExampleCallerOf() {
	s, closeService := open()
	defer closeService()
	handler, err := api.New(s, api.Options{Assistants: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		who, known := api.CallerOf(r.Context())
		fmt.Println(who.Name, known, who.Roles)
	})})
	check(err)
	handler.ServeHTTP(httptest.NewRecorder(), local(http.MethodPost, "http://localhost/mcp"))
	// Output: local true admin
}

// Of what is wrong, programs read the code.
func ExampleProblem() {
	s, closeService := open()
	defer closeService()
	handler, err := api.New(s, api.Options{})
	check(err)
	answer := httptest.NewRecorder()
	request := local(http.MethodGet, "http://localhost/api/v1/parents/CDNOW")
	request.Header.Set("X-Request-Id", "example")
	handler.ServeHTTP(answer, request)
	fmt.Print(answer.Body)
	// Output: {"status":404,"title":"Not Found","detail":"there is no parent segment \"CDNOW\"","code":"NOT_FOUND","request_id":"example"}
}
