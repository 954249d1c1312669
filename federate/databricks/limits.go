package databricks

import (
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

const (
	// maxBatchRows is the most rows of a batch that query gives.
	maxBatchRows = 65_536
	// maxAnswerBytes is the most bytes of an answer in Thrift; a larger one is an
	// error. The driver has the warehouse send pages of about a tenth of it.
	maxAnswerBytes = 192 << 20
	// pageRows is how many rows a page of a result may have. A page lies in memory
	// as a whole, twice for a moment.
	pageRows = maxBatchRows
	// downloadThreads is how many files of a result are fetched ahead of the one that
	// is being read. Each lies in memory as a whole.
	downloadThreads = 3
	// maxMessage is the most bytes of a server's words that an error repeats.
	maxMessage = 2000
	// maxTokenBytes is the most bytes of an answer of the token endpoint.
	maxTokenBytes = 1 << 20
	// maxRefusalBytes is how much of the body of a refusal is read, for its words.
	maxRefusalBytes = 4096
	// minProtocol is the oldest protocol version that has Arrow results.
	minProtocol = 42245
	// maxIdlePerHost is how many idle connections are kept, and idleLife how long.
	maxIdlePerHost = 32
	idleLife       = 90 * time.Second
	// dialLimit and handshakeLimit bound the opening of a connection, keepAlive is
	// between signs of life on it.
	dialLimit      = 30 * time.Second
	handshakeLimit = 10 * time.Second
	keepAlive      = 30 * time.Second
)

// limits bound what a client waits for. Tests have shorter ones.
type limits struct {
	retryMin   time.Duration // wait before the second attempt of a request; it doubles from there
	retryMax   time.Duration // longest wait that we choose
	retryAfter time.Duration // longest wait that the server may choose; beyond it is an error
	retryTotal time.Duration // of all attempts of a request, waits included; a statement is not run again after it
	attempts   int           // of a request that failed, where the server did not ask for patience

	start   time.Duration // until the answer to OpenSession or ExecuteStatement begins
	answer  time.Duration // until any other answer begins
	idle    time.Duration // until more of an answer comes
	token   time.Duration // of one attempt to get a token
	cleanup time.Duration // of a request that ends a statement or session, or opens a session for a call that is over
	grace   time.Duration // that a call which was cancelled waits for its session to be closed
	settle  time.Duration // that a call which was carried out does
	reruns  int           // of a statement that gives rows, before it gave any
	kept    time.Duration // that a session which was kept waits for its next statement
}

// defaultLimits are those of real life: a warehouse that is starting up lets its
// clients wait for minutes.
var defaultLimits = limits{
	retryMin: time.Second, retryMax: 30 * time.Second, retryAfter: time.Minute, retryTotal: 10 * time.Minute, attempts: 5,
	start: 5 * time.Minute, answer: 2 * time.Minute, idle: time.Minute, token: 30 * time.Second, cleanup: 10 * time.Second,
	grace: 50 * time.Millisecond, settle: 2 * time.Second, reruns: 2, kept: time.Minute,
}

// until returns how long an answer to a method may take to begin. A warehouse that
// sleeps may wake up in that time.
func (l *limits) until(method string) time.Duration {
	if ending(method) {
		return l.cleanup / 2 // so that there is time for another attempt
	}
	if method == thrift.MethodOpenSession || method == thrift.MethodExecute {
		return l.start
	}
	return l.answer
}
