package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// kind is a request that is measured.
type kind struct {
	name, path string
	gzip       bool
	same       bool // with the ETag or time of the file
}

var kinds = [...]kind{
	{name: "style sheet, 24 kB, gzip", path: "/static/app.css", gzip: true},
	{name: "style sheet, 24 kB, as it is", path: "/static/app.css"},
	{name: "style sheet, not changed (304)", path: "/static/app.css", same: true},
	{name: "picture, 200 kB", path: "/static/photo.png"},
}

func main() {
	name, dir := flag.String("serve", "", "be this server"), flag.String("dir", "", "of these files")
	rounds, requests, write := flag.Int("rounds", 15, "how many rounds"), flag.Int("requests", 3000, "of each kind in a round"), flag.String("write", "", "write the document here")
	flag.Parse()
	err := error(nil)
	if *name != "" {
		err = serve(*name, *dir)
	} else {
		err = measure(context.Background(), *rounds, *requests, *write)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measure measures all servers and writes the document.
func measure(ctx context.Context, rounds, requests int, to string) (err error) {
	nginx := os.Getenv("VOLA_TEST_NGINX")
	if nginx == "" {
		if nginx, err = exec.LookPath("nginx"); err != nil {
			return errors.New("there is no nginx; install it, or say in VOLA_TEST_NGINX where it is")
		}
	}
	work, err := os.MkdirTemp("", "static")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := files(work); err != nil {
		return err
	}
	var servers []*server
	defer func() {
		for _, s := range servers {
			s.stop()
		}
	}()
	s, err := startNginx(ctx, nginx, work, work)
	if err != nil {
		return err
	}
	servers = append(servers, s)
	for _, name := range []string{"vola", "FileServer"} {
		s, err := start(ctx, name, work, work)
		if err != nil {
			return err
		}
		servers = append(servers, s)
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	used := map[string][]float64{} // microseconds of a request, by kind and server
	for round := range rounds + 1 {
		for _, k := range kinds {
			order := slices.Concat(servers[round%len(servers):], servers[:round%len(servers)])
			for _, s := range order {
				micros, err := ask(s, k, requests)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", s.name, k.name, err)
				}
				if round > 0 { // the first warms up
					used[k.name+s.name] = append(used[k.name+s.name], micros)
				}
			}
		}
	}
	version, _ := exec.Command(nginx, "-v").CombinedOutput()
	text := report(servers, used, fmt.Sprintf("%s, %s, %s/%s, %d cores, load average %s before. %d rounds of %d requests, 16 connections; medians, in parentheses the least and the most.",
		strings.TrimPrefix(strings.TrimSpace(string(version)), "nginx version: "), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), strings.Fields(string(load))[0], rounds, requests))
	fmt.Print(text)
	if to == "" {
		return nil
	}
	return replace(to, text)
}

// ask sends requests of a kind over 16 connections, and returns how many microseconds of processor time the
// server took for each.
func ask(s *server, k kind, requests int) (float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequest(http.MethodGet, s.base+k.path, nil)
	if err != nil {
		return 0, err
	}
	if k.gzip && s.name != "FileServer" { // which compresses nothing
		r.Header.Set("Accept-Encoding", "gzip")
	}
	want := http.StatusOK
	first, body, err := get(client, r)
	if err == nil {
		err = check(first, body, k, s)
	}
	if err != nil {
		return 0, err
	}
	if k.same {
		want = http.StatusNotModified
		if tag := first.Header.Get("ETag"); tag != "" {
			r.Header.Set("If-None-Match", tag)
		} else {
			r.Header.Set("If-Modified-Since", first.Header.Get("Last-Modified"))
		}
	}
	before, err := s.time()
	if err != nil {
		return 0, err
	}
	var left atomic.Int64
	left.Store(int64(requests))
	var all sync.WaitGroup
	errs := make(chan error, 16)
	for range 16 {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				resp, _, err := get(client, r.Clone(context.Background()))
				if err == nil && resp.StatusCode != want {
					err = fmt.Errorf("status %d, want %d", resp.StatusCode, want)
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return 0, err
	}
	after, err := s.time()
	return float64(after-before) / float64(time.Microsecond) / float64(requests), err
}

func get(client *http.Client, r *http.Request) (*http.Response, []byte, error) {
	resp, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, body, err
}

// check compares an answer with the file.
func check(resp *http.Response, body []byte, k kind, s *server) error {
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	if packed := resp.Header.Get("Content-Encoding") == "gzip"; packed != (k.gzip && s.name != "FileServer") {
		return fmt.Errorf("compressed is %v", packed)
	} else if packed {
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return err
		}
		if body, err = io.ReadAll(r); err != nil {
			return err
		}
	}
	want, err := os.ReadFile(filepath.Join(s.dir, k.path))
	if err == nil && !bytes.Equal(body, want) {
		err = fmt.Errorf("%d bytes, which are not the %d of the file", len(body), len(want))
	}
	return err
}

// report returns the table.
func report(servers []*server, used map[string][]float64, about string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| CPU of a request |", time.Now().UTC().Format("2006-01-02")+", "+about)
	for _, s := range servers {
		fmt.Fprintf(&b, " %s, µs |", s.name)
	}
	for _, s := range servers[1:] {
		fmt.Fprintf(&b, " %s against nginx |", s.name)
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("---|", 2*len(servers)-1))
	for _, k := range kinds {
		fmt.Fprintf(&b, "| %s |", k.name)
		for _, s := range servers {
			least, median, most := spread(used[k.name+s.name])
			fmt.Fprintf(&b, " %.0f (%.0f-%.0f) |", median, least, most)
		}
		for _, s := range servers[1:] {
			var ratios []float64
			for i, micros := range used[k.name+s.name] {
				ratios = append(ratios, micros/used[k.name+"nginx"][i])
			}
			least, median, most := spread(ratios)
			fmt.Fprintf(&b, " %.2f (%.2f-%.2f) |", median, least, most)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func spread(values []float64) (least, median, most float64) {
	values = slices.Sorted(slices.Values(values))
	return values[0], values[len(values)/2], values[len(values)-1]
}

// replace puts the table into the document.
func replace(path, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	const begin, end = "<!-- generated: static -->\n\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, also := strings.Cut(rest, end)
	if !ok || !also {
		return fmt.Errorf("%s has no place for the table", path)
	}
	return os.WriteFile(path, []byte(before+begin+text+"\n"+end+after), 0o644)
}
