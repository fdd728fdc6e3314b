package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
)

// files writes the files that all serve, text also compressed for nginx, as gzip_static takes it.
func files(dir string) error {
	random := rand.New(rand.NewPCG(1, 2))
	var css bytes.Buffer
	for css.Len() < 24<<10 {
		fmt.Fprintf(&css, ".class-%d > a:hover { margin: %dpx; color: #%06x }\n", random.IntN(1000), random.IntN(40), random.IntN(1<<24))
	}
	png := []byte("\x89PNG\r\n\x1a\n")
	for len(png) < 200<<10 {
		png = append(png, byte(random.IntN(256)))
	}
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(css.Bytes()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "static"), 0o755); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"app.css": css.Bytes(), "app.css.gz": small.Bytes(), "photo.png": png} {
		if err := os.WriteFile(filepath.Join(dir, "static", name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// serve runs one of the programs of this binary.
func serve(name, dir string) error {
	if name == "vola" {
		os.Args = []string{"vola", "serve", "--create", "--addr", "127.0.0.1:0"}
		vola.Main(vola.Config{Name: "Files", Drivers: []database.Driver{sqlite.Driver}, Static: os.DirFS(dir)})
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", l.Addr())
	return http.Serve(l, http.FileServer(http.Dir(dir)))
}

// server is a server that runs.
type server struct {
	name, base string
	dir        string // of the files
	cmd        *exec.Cmd
}

var addressIn = regexp.MustCompile(`http://[0-9.]+:[0-9]+`)

// start starts a program of this binary.
func start(ctx context.Context, name, dir, work string) (*server, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{name: name, dir: dir, cmd: exec.CommandContext(ctx, own, "-serve", name, "-dir", dir)}
	log, err := os.Create(filepath.Join(work, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd.Dir, s.cmd.Stderr = work, log
	s.cmd.Env = append(os.Environ(), "DATABASE_URL=sqlite:files.db", "SECRET_KEY=0123456789abcdef0123456789abcdef")
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if s.base = addressIn.FindString(line); s.base == "" {
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%s did not start: %q, %w\n%s", name, line, err, text)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return s, nil
}

// startNginx starts nginx with what makes it quick: files that stay open, sendfile, text that is compressed
// beforehand, and a log that is written in pieces, as that of Vola is.
func startNginx(ctx context.Context, path, dir, work string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	conf := filepath.Join(work, "nginx.conf")
	text := fmt.Sprintf(`daemon off; worker_processes auto; pid %[1]s/nginx.pid; error_log %[1]s/nginx-error.log; user root;
events { worker_connections 512; }
http {
	types { text/css css; image/png png; }
	access_log %[1]s/nginx.log combined buffer=32k flush=100ms;
	sendfile on; tcp_nopush on; keepalive_requests 100000000; gzip_static on; open_file_cache max=100 inactive=1h;
	client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	server { listen %[2]s; root %[3]s; }
}
`, work, address, dir)
	if os.Getuid() != 0 {
		text = strings.Replace(text, " user root;", "", 1)
	}
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	s := &server{name: "nginx", dir: dir, base: "http://" + address, cmd: exec.CommandContext(ctx, path, "-c", conf)}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return s, conn.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, fmt.Errorf("nginx does not listen at %s", address)
}

// stop ends the server.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// time returns the processor time of the server's process and of those that it started.
func (s *server) time() (time.Duration, error) {
	pid := s.cmd.Process.Pid
	pids := []int{pid}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, err
	}
	for _, child := range strings.Fields(string(text)) {
		n, err := strconv.Atoi(child)
		if err != nil {
			return 0, err
		}
		pids = append(pids, n)
	}
	var sum time.Duration
	for _, pid := range pids {
		used, err := processTime(pid)
		if err != nil {
			return 0, err
		}
		sum += used
	}
	return sum, nil
}
