package club_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
)

// programEnv has the arguments of a program that is the site, in place of the tests.
const programEnv = "VOLA_TEST_CLUB"

// TestMain is the site itself where the environment says so.
func TestMain(m *testing.M) {
	if args := os.Getenv(programEnv); args != "" {
		os.Args = append([]string{"clubsite"}, strings.Fields(args)...)
		cfg := site()
		cfg.Drivers = databasetest.Drivers()
		vola.Main(cfg)
	}
	os.Exit(m.Run())
}

// program returns the site as a program on a database.
func program(t *testing.T, database, args string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Dir, cmd.Stderr = t.TempDir(), os.Stderr
	cmd.Env = append(os.Environ(), programEnv+"="+args, "DATABASE_URL="+database, "SECRET_KEY=0123456789abcdef0123456789abcdef", "LOG_LEVEL=ERROR")
	return cmd
}

// serve starts the program and returns its address.
func serve(t *testing.T, database string) string {
	t.Helper()
	cmd := program(t, database, "serve --addr 127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	if err != nil || base == "" {
		t.Fatalf("first line %q, %v", line, err)
	}
	return base
}

// TestLimitOfAllProcesses: two programs on one database together let a member pin as often as the limit
// says, and not once more, however many ask at once.
func TestLimitOfAllProcesses(t *testing.T) {
	t.Parallel()
	database := databasetest.PostgresURL(t)
	const password = "a long pass phrase"
	for _, args := range []string{"migrate", "accounts createuser ann"} {
		cmd := program(t, database, args)
		cmd.Stdin = strings.NewReader(password + "\n")
		if out, err := cmd.Output(); err != nil {
			t.Fatalf("%s: %v, %s", args, err, out)
		}
	}
	servers := []string{serve(t, database), serve(t, database)}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(url string, fields url.Values) (int, http.Header) {
		resp, err := client.PostForm(url, fields)
		if err != nil {
			t.Error(err)
			return 0, nil
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Error(err)
		}
		return resp.StatusCode, resp.Header
	}
	if status, _ := post(servers[0]+"/accounts/login/", url.Values{"login": {"ann"}, "password": {password}}); status != http.StatusSeeOther {
		t.Fatalf("log in: %d", status)
	}
	var mu sync.Mutex
	passed, refused := 0, 0
	var group sync.WaitGroup
	for i := range 60 {
		group.Go(func() {
			status, header := post(servers[i%2]+"/pin/", nil) // a form that lacks all
			mu.Lock()
			defer mu.Unlock()
			switch status {
			case http.StatusUnprocessableEntity:
				passed++
			case http.StatusTooManyRequests:
				refused++
				if header.Get("Retry-After") == "" || header.Get("RateLimit") == "" || header.Get("RateLimit-Policy") != `"pins";q=20;w=3600` {
					t.Errorf("a refusal with the header %v", header)
				}
			default:
				t.Errorf("status %d", status)
			}
		})
	}
	group.Wait()
	if passed != 20 || refused != 40 {
		t.Errorf("%d passed and %d were refused, want 20 and 40", passed, refused)
	}
}
