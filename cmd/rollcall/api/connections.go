package api

import (
	"net"
	"sync"
)

// limited is a listener that has so many connections open at a time: the next one waits
// to be accepted. Each costs memory and a file, whether it ever sends anything or not.
type limited struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	once   sync.Once
}

func limitConnections(l net.Listener, n int) net.Listener {
	return &limited{Listener: l, places: make(chan struct{}, n), closed: make(chan struct{})}
}

// Accept waits for a place and for a connection.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &place{Conn: conn, leave: func() { <-l.places }}, nil
}

// Close ends Accept. Connections that are open stay so.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// place is a connection that gives its place back when it is closed.
type place struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (p *place) Close() error {
	err := p.Conn.Close()
	p.once.Do(p.leave)
	return err
}
