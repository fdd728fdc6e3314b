package vola_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// letterbox says what came of each request.
type letterbox struct {
	module.Base
	read chan error
}

// letter is a form with a file and a text.
type letter struct {
	Text string     `form:"" label:"Text"`
	Scan forms.File `form:"types=txt" label:"Scan"`
}

var letterForm = forms.New[letter]()

func (*letterbox) Name() string { return "letterbox" }

func (l *letterbox) Routes(r *web.Router) {
	r.Wrap(middleware.MaxBody(2<<20)).Post("/", func(w http.ResponseWriter, r *http.Request) error {
		form := letterForm.Bind(r.Context(), letter{})
		form.Accept(l.Uploads())
		ok, err := form.Read(r)
		if ok {
			err = errors.New("it was read")
		}
		l.read <- err
		return err
	}).Deadline(400 * time.Millisecond)
}

// TestSlowUploads: a client that sends a byte now and then does not keep its request for longer
// than the route allows, and leaves nothing stored.
func TestSlowUploads(t *testing.T) {
	t.Parallel()
	box := &letterbox{read: make(chan error, 3)}
	c := volatest.New(t, vola.Config{Modules: []module.Module{box}})
	server := httptest.NewServer(c.Site)
	defer server.Close()
	text := "--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello"
	scan := "--B\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"a.txt\"\r\n\r\n" + strings.Repeat("scanned ", 100)
	const files, plain = "multipart/form-data; boundary=B", "application/x-www-form-urlencoded"
	for name, sent := range map[string]struct{ kind, begin string }{
		"in a text": {files, text}, "in a file": {files, text + "\r\n" + scan}, "without files": {plain, "text=hello"},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /letterbox/ HTTP/1.1\r\nHost: example.test\r\nContent-Type: %s\r\nContent-Length: 1000000\r\n\r\n%s", sent.kind, sent.begin)
		trickled := make(chan struct{})
		go func() {
			defer close(trickled)
			for {
				if _, err := conn.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}()
		if err := <-box.read; fault.KindOf(err) != fault.Timeout {
			t.Errorf("%s: %v", name, err)
		}
		conn.Close() // the server would wait for the rest for a while, and send 504
		<-trickled
		for info, err := range c.Site.Host().Storage.List(t.Context(), "") {
			t.Errorf("%s: %s is stored, %v", name, info.Name, err)
		}
	}
}
