package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// workUntilEOF works on jobs until stdin ends, and prints a line for each that begins: its number and when that was.
func workUntilEOF(ctx context.Context, name, url string, stdin io.Reader, stdout io.Writer) error {
	e, err := open(ctx, name, url, func(n int) { fmt.Fprintf(stdout, "%d %d\n", n, time.Now().UnixNano()) })
	if err != nil {
		return err
	}
	defer e.close()
	stop, err := e.work(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "ready")
	_, err = io.Copy(io.Discard, stdin)
	if failed := stop(); failed != nil {
		return failed
	}
	return err
}

// process is this program as a worker.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	began chan start
}

// start is that of a job.
type start struct {
	n  int
	at time.Time
}

func startProcess(ctx context.Context, name, url string, stderr io.Writer) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, self, "work", name, url), began: make(chan start, 1000)}
	p.cmd.Stderr = stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		_ = p.stop()
		return nil, fmt.Errorf("the worker process of %s did not start", name)
	}
	go func() {
		defer close(p.began)
		for lines.Scan() {
			number, at, _ := strings.Cut(lines.Text(), " ")
			n, err := strconv.Atoi(number)
			nanos, err2 := strconv.ParseInt(at, 10, 64)
			if err == nil && err2 == nil {
				p.began <- start{n, time.Unix(0, nanos)}
			}
		}
	}()
	return p, nil
}

// stop lets the process end.
func (p *process) stop() error {
	_ = p.stdin.Close()
	return p.cmd.Wait()
}
