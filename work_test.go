package vola_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// printer is a module with a page that enqueues a job, and the job, which ends when the test lets it.
type printer struct {
	module.Base
	begun, end chan struct{}
	printed    *atomic.Int32
}

type printPage struct{ N int }

func (printer) Name() string { return "printer" }

func (p *printer) Routes(r *web.Router) {
	r.Post("/", func(w http.ResponseWriter, r *http.Request) error {
		_, err := jobs.Enqueue(r.Context(), p.DB, printPage{})
		if err == nil {
			_, err = io.WriteString(w, "enqueued\n")
		}
		return err
	})
}

func (p *printer) Jobs() []jobs.Declaration {
	return []jobs.Declaration{jobs.Handle(func(context.Context, jobs.Job[printPage]) error {
		p.begun <- struct{}{}
		<-p.end
		p.printed.Add(1)
		return nil
	}, jobs.Options{})}
}

func newPrinter() *printer {
	return &printer{begun: make(chan struct{}, 100), end: make(chan struct{}, 100), printed: new(atomic.Int32)}
}

func (p *printer) site() vola.Config {
	return vola.Config{Name: "Printer", Version: "1", Drivers: databasetest.Drivers(), Modules: []module.Module{jobs.New(jobs.Config{NoMail: true}), p}}
}

func post(t *testing.T, url string) {
	t.Helper()
	resp, err := http.Post(url, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatal(resp.Status)
	}
}

// TestServeWorks: a program that answers requests also does jobs, and one that was begun has ended when the program has.
func TestServeWorks(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "new.db")
	p := newPrinter()
	base, stop := serving(t, p.site(), nil, "--database", url, "--create")
	post(t, base+"/printer/")
	<-p.begun
	stopped := make(chan result)
	go func() { stopped <- stop() }()
	p.end <- struct{}{}
	if r := <-stopped; r.status != 0 || p.printed.Load() != 1 {
		t.Errorf("%d printed, %+v", p.printed.Load(), r)
	}
}

// TestWorkCommand: jobs are left to another process with --no-work, and the command work does them.
func TestWorkCommand(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "new.db")
	front, back := newPrinter(), newPrinter()
	base, stop := serving(t, front.site(), nil, "--database", url, "--create", "--no-work")
	post(t, base+"/printer/")
	ctx, cancel := context.WithCancel(t.Context())
	var out lockedBuffer
	done := make(chan int, 1)
	go func() {
		done <- vola.Run(ctx, back.site(), []string{"work", "--database", url}, withKey(nil), strings.NewReader(""), &out, &out)
	}()
	<-back.begun
	cancel()
	back.end <- struct{}{}
	if status := <-done; status != 0 || back.printed.Load() != 1 || !strings.Contains(out.String(), "Printer works with the database sqlite:") {
		t.Errorf("status %d, %d printed\n%s", status, back.printed.Load(), out.String())
	}
	if r := stop(); r.status != 0 || len(front.begun) > 0 {
		t.Errorf("the program that does no work has begun %d jobs, %+v", len(front.begun), r)
	}
	run(t, site(t.TempDir()), nil, "work").want(t, 2, "no module of this site works in the background")
}

// stopping is a module whose work fails.
type stopping struct{}

func (stopping) Name() string               { return "stopping" }
func (stopping) Work(context.Context) error { return errors.New("the moon is full") }
func (stopping) Prepare(h *module.Host) error {
	if len(h.Modules) != 2 || h.DB != nil {
		return errors.New("it is not shown the site as it is")
	}
	return nil
}

// TestWorkFails: it ends the program, which says why.
func TestWorkFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.db"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	cfg := vola.Config{Name: "x", Version: "1", Drivers: databasetest.Drivers(), Modules: []module.Module{stopping{}, newPrinter()}}
	url := "sqlite:" + filepath.Join(dir, "x.db")
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0", "--database", url}, {"work", "--database", url}} {
		run(t, cfg, nil, args...).want(t, 1, "module stopping does not work any more: the moon is full")
	}
	cfg.Modules = cfg.Modules[:1]
	run(t, cfg, nil, "check").want(t, 1, "module stopping: it is not shown the site as it is")
}
