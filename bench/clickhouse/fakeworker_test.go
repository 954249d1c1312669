package clickhouse

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// fakeWorker speaks the protocol of worker.py. How it begins:
//
//	serves     is ready
//	fails      says why on standard error and ends
//	prints     prints what is no answer
//	silent     says nothing until its standard input ends
//	deaf       is ready, and stays when its standard input ends
//
// Its statements:
//
//	echo TEXT  has the result TEXT
//	error TEXT fails
//	hold       has an answer only once it is cancelled
//	held       is answered once there is a statement that holds
//	cancelled  has the number of statements cancelled as its result
//	die        ends the worker
//	noise      prints what is no answer
//	huge       announces a result that is too long
//	negative   announces a result of less than nothing
//	cut        ends the worker within a result
func fakeWorker(mode string) int {
	in := bufio.NewScanner(os.Stdin)
	switch mode {
	case "fails":
		return fail(3, "no module named chdb")
	case "prints":
		fmt.Println("Hello from a library")
	case "silent":
	default:
		fmt.Println("{}")
	}
	f := &fake{holding: map[uint64]bool{}}
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return fail(4, "%v", err)
		}
		if mode == "silent" {
			continue
		}
		if status, ended := f.serve(r); ended {
			return status
		}
	}
	if mode == "deaf" {
		select {}
	}
	return 0
}

// fake is what a fake worker remembers.
type fake struct {
	holding   map[uint64]bool // statements that hold, or that wait for one
	nHeld     int
	waiting   []uint64 // statements that wait for one that holds
	cancelled int
}

// serve handles one request. It may end the worker.
func (f *fake) serve(r request) (status int, ended bool) {
	verb, text, _ := strings.Cut(r.SQL, " ")
	switch {
	case r.Cancel != 0:
		if f.holding[r.Cancel] {
			f.cancelled++
			delete(f.holding, r.Cancel)
			fmt.Printf(`{"id":%d,"ns":1,"size":5}`+"\nstale", r.Cancel)
		}
	case verb == "echo":
		fmt.Printf(`{"id":%d,"ns":%d,"size":%d}`+"\n%s", r.ID, 1000*r.ID, len(text), text)
	case verb == "error":
		fmt.Printf(`{"id":%d,"error":%q}`+"\n", r.ID, text)
	case verb == "hold":
		f.holding[r.ID] = true
		f.nHeld++
	case verb == "held":
		f.waiting = append(f.waiting, r.ID)
	case verb == "cancelled":
		fmt.Printf(`{"id":%d,"ns":1,"size":1}`+"\n%d", r.ID, f.cancelled)
	case verb == "die":
		return fail(5, "out of memory"), true
	case verb == "noise":
		fmt.Println("Warning: something")
	case verb == "huge":
		fmt.Printf(`{"id":%d,"size":%d}`+"\n", r.ID, int64(maxAnswer)+1)
	case verb == "negative":
		fmt.Printf(`{"id":%d,"size":-1}`+"\n", r.ID)
	case verb == "cut":
		fmt.Printf(`{"id":%d,"size":100}`+"\nshort", r.ID)
		return 0, true
	}
	if f.nHeld > 0 {
		for _, id := range f.waiting {
			fmt.Printf(`{"id":%d,"ns":1,"size":0}`+"\n", id)
		}
		f.waiting = nil
	}
	return 0, false
}
