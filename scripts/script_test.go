//go:build unix

// Package scripts_test runs the scripts of this project on tiny modules.
package scripts_test

import (
	"bytes"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const (
	passing = "package a\n\nimport \"testing\"\n\nfunc TestGood(t *testing.T) {}\n"
	failing = "package a\n\nimport \"testing\"\n\nfunc TestBad(t *testing.T) { t.Error(\"this is wrong\") }\n"
	skipped = "package a\n\nimport \"testing\"\n\nfunc TestIdle(t *testing.T) { t.Skip(\"nobody home\") }\n"
	broken  = "package a\n\nvar x int = \"text\"\n"
)

func TestExitStatus(t *testing.T) {
	t.Parallel()
	// Given, so that nothing is missing, but nothing is started either.
	given := []string{"VOLA_TEST_POSTGRES=postgres://127.0.0.1/", "VOLA_TEST_CHROMIUM=/bin/true", "VOLA_TEST_AXE=/bin/true", "VOLA_TEST_PEERS=/", "VOLA_TEST_KRAMDOWN=/bin/true", "VOLA_TEST_MSGFMT=/bin/true"}
	off := []string{"VOLA_TEST_POSTGRES=off", "VOLA_TEST_CHROMIUM=off", "VOLA_TEST_KRAMDOWN=off", "VOLA_TEST_MSGFMT=off", "VOLA_TEST_RACE=off"}
	// A registry that does not answer, or no curl, and nothing in the cache.
	noAxe := append(append([]string{"XDG_CACHE_HOME=" + t.TempDir(), "npm_config_registry=http://127.0.0.1:1/"}, off...), "VOLA_TEST_CHROMIUM=/bin/true")
	tests := []struct {
		name   string
		test   string
		env    []string
		status int
		want   []string // in the output; the last of them is its last line
	}{
		{"pass", passing, off, 0, []string{"ok    example.com/a", "not run with: PostgreSQL", "1 passed, 0 failed, 0 skipped\n"}},
		{"fail", failing, off, 1, []string{"FAIL  example.com/a", "this is wrong", "0 passed, 1 failed, 0 skipped\n"}},
		{"skip", skipped, off, 0, []string{"skipped: example.com/a TestIdle: nobody home", "0 passed, 0 failed, 1 skipped\n"}},
		{"skip with CI", skipped, append([]string{"CI=true"}, given...), 1, []string{"nothing may be skipped", "0 passed, 0 failed, 1 skipped\n"}},
		{"something missing with CI", passing, append([]string{"CI=true"}, off...), 1, []string{"not run with: Chromium", "not run with: kramdown (VOLA_TEST_KRAMDOWN=off)", "1 passed, 0 failed, 0 skipped\n"}},
		{"axe-core cannot be fetched", passing, noAxe, 1, nil},
		{"axe-core is not wanted", passing, append(slices.Clone(noAxe), "VOLA_TEST_AXE=off", "VOLA_TEST_PEERS=off"), 0, []string{"not run with: axe-core (VOLA_TEST_AXE=off)", "not run with: htmx and Turbo (VOLA_TEST_PEERS=off)", "1 passed, 0 failed, 0 skipped\n"}},
		{"htmx cannot be fetched", passing, append(slices.Clone(noAxe), "VOLA_TEST_AXE=/bin/true"), 1, nil},
		{"does not build", broken, off, 1, []string{"cannot use", "0 passed, 1 failed, 0 skipped\n"}},
		{"is no Go", "", off, 1, []string{"expected 'package'", "0 passed, 1 failed, 0 skipped\n"}},
		{"go does not run", passing, append([]string{"GOFLAGS=-mod=nonsense"}, off...), 1, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := testScript(t, test.test, test.env...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			status := exitStatus(t, cmd.Run())
			if status != test.status {
				t.Errorf("exit status %d, want %d\n%s%s", status, test.status, &stdout, &stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("no %q in the output:\n%s", want, &stdout)
				}
			}
			if n := len(test.want); n > 0 && !strings.HasSuffix(stdout.String(), test.want[n-1]) {
				t.Errorf("the output does not end in %q:\n%s", test.want[n-1], &stdout)
			}
		})
	}
}

// waiting says where its PostgreSQL is, and waits until it is interrupted.
const waiting = `package a

import (
	"os"
	"testing"
)

func TestWait(t *testing.T) {
	pipe, err := os.OpenFile(os.Getenv("PIPE"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipe.WriteString(os.Getenv("VOLA_TEST_POSTGRES")); err != nil {
		t.Fatal(err)
	}
	pipe.Close()
	<-t.Context().Done()
}
`

// TestInterrupt proves that the server the script has started, and its data,
// are gone after the script was interrupted in the middle of a test.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	if !hasPostgres() {
		t.Skip("no PostgreSQL on this machine")
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	// The server's user must be able to enter it, which t.TempDir does not allow.
	temp, err := os.MkdirTemp("", "vola-interrupt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	if err := os.Chmod(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := testScript(t, waiting, "VOLA_TEST_CHROMIUM=off", "VOLA_TEST_KRAMDOWN=off", "VOLA_TEST_RACE=off", "PIPE="+pipe, "TMPDIR="+temp)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		// Should the script end before the test has opened the pipe, reading must end too.
		if end, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			end.Close()
		}
	}()
	address, err := os.ReadFile(pipe)
	if err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(string(address))
	if err != nil || server.Host == "" {
		t.Fatalf("the test was given %q as its PostgreSQL; output:\n%s", address, &output)
	}
	if server.Hostname() != "127.0.0.1" {
		t.Errorf("PostgreSQL listens on %s", server.Host)
	}
	conn, err := net.Dial("tcp", server.Host)
	if err != nil {
		t.Fatalf("no PostgreSQL while the test runs: %v", err)
	}
	conn.Close()

	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(t, <-ended); status != 130 {
		t.Errorf("exit status %d, want 130; output:\n%s", status, &output)
	}
	if conn, err := net.Dial("tcp", server.Host); err == nil {
		conn.Close()
		t.Error("PostgreSQL runs on after the script has ended")
	}
	left, err := filepath.Glob(filepath.Join(temp, "vola-postgres*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// testScript returns the command that runs test.sh on a module with one test file.
func testScript(t *testing.T, test string, env ...string) *exec.Cmd {
	t.Helper()
	script, err := filepath.Abs("test.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/a\n\ngo 1.26\n", "a_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", script, "-C", dir)
	// Of what the script around this test was told, nothing but where things are.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); name != "CI" && !strings.HasPrefix(name, "VOLA_TEST_") && name != "CGO_ENABLED" {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(append(cmd.Env, "VOLA_TEST_INSTALL=no"), env...)
	return cmd
}

func exitStatus(t *testing.T, err error) int {
	t.Helper()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0
}

func hasPostgres() bool {
	if _, err := exec.LookPath("initdb"); err == nil {
		return true
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	return err == nil && len(found) > 0
}
