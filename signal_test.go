//go:build unix

package vola_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

const mainEnv = "VOLA_TEST_MAIN"

// slow answers when it is told to.
type slow struct{}

func (slow) Name() string { return "slow" }
func (slow) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		if _, err := io.WriteString(w, "begun\n"); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		// The parent has sent the signal when the file is there.
		for {
			if _, err := os.Stat("go-on"); err == nil {
				_, err := io.WriteString(w, "ended\n")
				return err
			}
			if err := r.Context().Err(); err != nil {
				return err
			}
		}
	})
}

// TestProgramsThatDoNotStop are ended some time after the signal, as long after
// it as requests may go on, and a little.
func TestProgramsThatDoNotStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, signal := context.WithCancel(t.Context())
		var errOut lockedBuffer
		ended := make(chan int, 1)
		vola.CutOff(ctx, &errOut, func(status int) { ended <- status })
		time.Sleep(time.Hour) // of the clock of the bubble
		if len(ended) > 0 {
			t.Error("a program that was not told to stop was ended")
		}
		signal()
		time.Sleep(20 * time.Second)
		if len(ended) > 0 {
			t.Error("requests were not let finish")
		}
		if status := <-ended; status != 1 || !strings.Contains(errOut.String(), "was cut off") {
			t.Errorf("status %d: %s", status, errOut.String())
		}
	})
}

// TestSIGTERM runs Main in a process of its own and ends it by a signal while
// a request is being answered: the answer is finished, and the status is 0.
func TestSIGTERM(t *testing.T) {
	if os.Getenv(mainEnv) != "" {
		os.Args = []string{"x", "serve", "--addr", "127.0.0.1:0"}
		vola.Main(vola.Config{Name: "Slow", Drivers: databasetest.Drivers(), Modules: []module.Module{slow{}}})
	}
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("LOG_LEVEL=ERROR\nDATABASE_URL=sqlite:my.db\nSECRET_KEY=0123456789abcdef0123456789abcdef\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "my.db"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSIGTERM$")
	cmd.Env = append(os.Environ(), mainEnv+"=1")
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	if err != nil || base == "" || !strings.Contains(line, "sqlite:my.db") {
		t.Fatalf("first line %q, %v", line, err)
	}
	resp, err := http.Get(base + "/slow/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body := bufio.NewReader(resp.Body)
	if line, err := body.ReadString('\n'); line != "begun\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	// No new request is taken, the old one goes on.
	for {
		if _, err := http.Get(base + "/healthz"); err != nil {
			break
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go-on"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(body); string(rest) != "ended\n" {
		t.Errorf("the answer was cut off: %q, %v", rest, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}
