package assistant

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	maxLine = 4 << 20          // bytes of a message over stdio at most
	grace   = 20 * time.Second // that questions may go on when nothing comes in any more
)

// ServeStdio answers the messages that come in, one a line, and writes nothing else to out.
// It returns nil when in has ended and what was asked by then is answered, or some seconds
// after; and the error of ctx when that has ended. Where in is an io.Closer it is closed
// then, so that nothing waits for it.
func ServeStdio(ctx context.Context, server *mcp.Server, in io.Reader, out io.Writer) error {
	reader, ok := in.(io.ReadCloser)
	if !ok {
		reader = io.NopCloser(in)
	}
	err := server.Run(ctx, answering{&mcp.IOTransport{Reader: reader, Writer: keptOpen{out}, MaxLineLength: maxLine}})
	if errors.Is(err, io.EOF) && ctx.Err() == nil {
		return nil
	}
	return cmp.Or(ctx.Err(), err)
}

// keptOpen is a writer that its owner closes.
type keptOpen struct{ io.Writer }

// Close does nothing.
func (keptOpen) Close() error { return nil }

// answering is a transport whose end waits for the answers to what came before it: a script
// that pipes questions in has no more to say, and wants to hear.
type answering struct{ mcp.Transport }

// Connect connects.
func (t answering) Connect(ctx context.Context) (mcp.Connection, error) {
	c, err := t.Transport.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &answeringConn{Connection: c, open: map[any]bool{}, closed: make(chan struct{}), idle: make(chan struct{}, 1)}, nil
}

// answeringConn knows which questions are open.
type answeringConn struct {
	mcp.Connection
	mu     sync.Mutex
	open   map[any]bool  // ids
	idle   chan struct{} // has room for one; gets something when there are none
	once   sync.Once
	closed chan struct{}
}

// Read reads a message; at the end it waits for open questions.
func (c *answeringConn) Read(ctx context.Context) (jsonrpc.Message, error) {
	message, err := c.Connection.Read(ctx)
	if request, ok := message.(*jsonrpc.Request); ok && request.IsCall() {
		c.mu.Lock()
		c.open[request.ID.Raw()] = true
		c.mu.Unlock()
	}
	if !errors.Is(err, io.EOF) {
		return message, err
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	for c.asked() {
		select {
		case <-c.idle:
		case <-late.C:
			return message, err
		case <-c.closed:
			return message, err
		case <-ctx.Done():
			return message, err
		}
	}
	return message, err
}

// asked reports whether there are open questions.
func (c *answeringConn) asked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open) > 0
}

// Write writes a message.
func (c *answeringConn) Write(ctx context.Context, message jsonrpc.Message) error {
	err := c.Connection.Write(ctx, message)
	if response, ok := message.(*jsonrpc.Response); ok {
		c.mu.Lock()
		delete(c.open, response.ID.Raw())
		none := len(c.open) == 0
		c.mu.Unlock()
		if none {
			select {
			case c.idle <- struct{}{}:
			default:
			}
		}
	}
	return err
}

// Close closes the connection.
func (c *answeringConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Connection.Close()
}
