package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
)

// process is a program that runs.
type process struct {
	name     string
	host     string // HOST:PORT
	profiles string // HOST:PORT of its profiles, if asked for
	cmd      *exec.Cmd
	log      string // the file that its log goes to
}

var addressIn = regexp.MustCompile(`http://([0-9.:]+)/`)

// start starts a program on the database and waits until it listens. Its log
// goes into a file in dir.
func start(ctx context.Context, o options, program pagepeers.Program, url, dir string) (_ *process, err error) {
	name := program.Name
	p := &process{name: name, log: filepath.Join(dir, name+".log")}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := append(slices.Clone(o.command(program)), "--database", url, "--addr", "127.0.0.1:0")
	if o.profile != "" {
		args = append(args, "--profiles", "127.0.0.1:0")
	}
	p.cmd = exec.CommandContext(ctx, args[0], args[1:]...)
	p.cmd.Dir, p.cmd.Stderr = dir, log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 30 * time.Second
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for p.host == "" && lines.Scan() {
		found := addressIn.FindStringSubmatch(lines.Text())
		switch {
		case found == nil:
		case strings.HasPrefix(lines.Text(), "profiles"):
			p.profiles = found[1]
		default:
			p.host = found[1]
		}
	}
	go io.Copy(io.Discard, out)
	if p.host == "" {
		text, _ := os.ReadFile(p.log)
		return nil, fmt.Errorf("%s did not start: %w\n%s", name, errors.Join(lines.Err(), p.stop()), text)
	}
	return p, nil
}

// stop ends the program.
func (p *process) stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	return p.cmd.Wait()
}

// first asks for the first page of the list.
func (p *process) first(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.host+"/blog/", nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: the status of the first page is %d", p.name, resp.StatusCode)
	}
	return err
}

// memory returns how many bytes of memory the process has: all that is
// resident, and of it what is no file.
func (p *process) memory() (resident, anonymous int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) < 3 || fields[2] != "kB" {
			continue
		}
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return 0, 0, err
		}
		switch fields[0] {
		case "VmRSS:":
			resident = n << 10
		case "RssAnon:":
			anonymous = n << 10
		}
	}
	return resident, anonymous, nil
}

// cpu returns the processor time that the process has used.
func (p *process) cpu() (time.Duration, error) { return processTime(p.cmd.Process.Pid) }
