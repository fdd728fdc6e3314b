package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// client asks one program, on several connections that are kept.
type client struct {
	conns []*bufio.ReadWriter
	all   []net.Conn
	host  string
}

// dial opens so many connections to a program.
func dial(ctx context.Context, host string, n int) (*client, error) {
	c := &client{host: host}
	for range n {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.all = append(c.all, conn)
		c.conns = append(c.conns, bufio.NewReadWriter(bufio.NewReaderSize(conn, 1<<14), bufio.NewWriter(conn)))
	}
	return c, nil
}

// Close closes the connections.
func (c *client) Close() {
	for _, conn := range c.all {
		conn.Close()
	}
}

// ask sends n requests for a page, from the one of the number first on, all
// connections at once. Every answer must be 200.
func (c *client) ask(r request, first uint64, n int) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, len(c.conns))
	for _, conn := range c.conns {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				if err := c.exchange(conn, r.method, r.path(first+uint64(i-1))); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func (c *client) exchange(conn *bufio.ReadWriter, method, path string) error {
	length := ""
	if method == http.MethodPost {
		length = "Content-Length: 0\r\n"
	}
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n%s\r\n", method, path, c.host, length)
	if err := conn.Flush(); err != nil {
		return err
	}
	resp, err := http.ReadResponse(conn.Reader, nil)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the status is %d", resp.StatusCode)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
