package vola_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
)

const keyEnv = "VOLA_TEST_KEY_ARGS"

// TestMainInItsFolder is the program that the tests below start.
func TestMainInItsFolder(t *testing.T) {
	args := os.Getenv(keyEnv)
	if args == "" {
		return // it is started by other tests
	}
	os.Args = append([]string{"x"}, strings.Fields(args)...)
	vola.Main(vola.Config{Name: "Keys", Drivers: databasetest.Drivers(), Modules: []module.Module{newCommander("one")}})
}

// inFolder returns a command that runs Main in a folder, with nothing but the variables.
func inFolder(t *testing.T, dir, args string, environ ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMainInItsFolder$")
	cmd.Dir, cmd.Env = dir, append([]string{"PATH=" + os.Getenv("PATH"), keyEnv + "=" + args}, environ...)
	return cmd
}

// startInFolder starts a site, visits it, and returns what it has logged at its end.
func startInFolder(t *testing.T, dir, args string, environ ...string) string {
	t.Helper()
	cmd := inFolder(t, dir, args, environ...)
	var log bytes.Buffer
	cmd.Stderr = &log
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
	if base == "" {
		t.Fatalf("no address in %q, %v\n%s", line, err, &log)
	}
	res, err := http.Get(base + "/robots.txt")
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != 200 {
		t.Errorf("%s: status %d", base, res.StatusCode)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &log)
	}
	return log.String()
}

// TestKeyOfASiteWithoutSettings: what only this machine reaches runs without any setting, and has the
// same key at its next start.
func TestKeyOfASiteWithoutSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "site.key")
	if log := startInFolder(t, dir, "serve --addr 127.0.0.1:0 --dev"); strings.Contains(log, "site.key") {
		t.Errorf("in development:\n%s", log)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a key after --dev")
	}
	if log := startInFolder(t, dir, "serve --addr 127.0.0.1:0"); !strings.Contains(log, "made a secret key") {
		t.Errorf("the first start:\n%s", log)
	}
	first, err := os.ReadFile(path)
	info, err2 := os.Stat(path)
	if err != nil || err2 != nil || info.Mode().Perm() != 0o600 || len(first) < 65 {
		t.Fatalf("%q %v %v %v", first, err, err2, info)
	}
	if log := startInFolder(t, dir, "serve --addr 127.0.0.1:0"); strings.Contains(log, "secret key") {
		t.Errorf("the second start:\n%s", log)
	}
	if second, err := os.ReadFile(path); err != nil || !bytes.Equal(first, second) {
		t.Errorf("%q, %v: the key has changed", second, err)
	}
	out, err := inFolder(t, dir, "settings").CombinedOutput()
	if err != nil || !regexp.MustCompile(`SECRET_KEY +\(set, not shown\) +\S+/site\.key `).Match(out) || bytes.Contains(out, first[:16]) {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = inFolder(t, dir, "settings", "SECRET_KEY="+strings.Repeat("k", 40)).CombinedOutput()
	if err != nil || !regexp.MustCompile(`SECRET_KEY +\(set, not shown\) +environment `).Match(out) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err = inFolder(t, dir, "check --deploy").CombinedOutput(); err == nil || !strings.Contains(string(out), "S07 warning: ") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := inFolder(t, dir, "serve --addr 127.0.0.1:0").CombinedOutput(); err == nil || !strings.Contains(string(out), "the key in site.key has 0 characters") {
		t.Errorf("an empty key: %v\n%s", err, out)
	}
	if err := errors.Join(os.WriteFile(path, first, 0o600), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	if out, err := inFolder(t, dir, "check").CombinedOutput(); err != nil || strings.Count(string(out), "everybody on this machine can read "+path) != 1 {
		t.Errorf("a key for everybody: %v\n%s", err, out)
	}
	if out, _ := inFolder(t, dir, "check --deploy").CombinedOutput(); strings.Count(string(out), "S02 error") != 1 {
		t.Errorf("a key for everybody, with --deploy:\n%s", out)
	}
}

// TestKeyIsMadeOnce: of many processes that start at once, all have the same key, and none
// sees a part of it.
func TestKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "site.key")
	type result struct {
		key  string
		made bool
		err  error
	}
	results := make(chan result)
	const processes = 20
	for range processes {
		go func() {
			key, made, err := vola.MakeKey(path)
			results <- result{key, made, err}
		}()
	}
	keys, made := map[string]bool{}, 0
	for range processes {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
		}
		keys[r.key] = true
		if r.made {
			made++
		}
	}
	if len(keys) != 1 || made != 1 {
		t.Errorf("%d keys, %d are said to be made", len(keys), made)
	}
	text, err := os.ReadFile(path)
	info, err2 := os.Stat(path)
	if err != nil || err2 != nil || info.Mode().Perm() != 0o600 || !keys[strings.TrimSpace(string(text))] {
		t.Errorf("the file has %q, %v, %v, %v", text, err, err2, info)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	if _, _, err := vola.MakeKey(filepath.Join(dir, "none", "site.key")); err == nil || !strings.Contains(err.Error(), "cannot be written: no such file") {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

// TestServeNeedsAKey: whoever names a database, or an address that others reach, gives the key too.
func TestServeNeedsAKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args    string
		environ []string
	}{
		{"serve --addr 127.0.0.1:0 --create --database sqlite:my.db", nil},
		{"serve --addr 127.0.0.1:0 --create", []string{"DATABASE_URL=sqlite:my.db"}},
		{"serve --addr 127.0.0.1:0", []string{"SECRET_KEY=", "DATABASE_URL=sqlite:my.db"}},
		{"serve --addr 0.0.0.0:0", nil},
		{"serve --addr [::]:0", nil},
	} {
		dir := t.TempDir()
		out, err := inFolder(t, dir, tt.args, tt.environ...).CombinedOutput()
		if text := string(out); err == nil || !strings.Contains(text, "SECRET_KEY is not set") || !strings.Contains(text, "openssl rand") || strings.Count(text, "is not set") != 1 {
			t.Errorf("%+v: %v\n%s", tt, err, out)
		}
		if named := len(tt.environ) > 0; named {
			out, err := inFolder(t, dir, "check", append(tt.environ, "ONE_KEY=x")...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "warning: serve does not start") {
				t.Errorf("%+v: %v\n%s", tt, err, out)
			}
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Errorf("%+v: wrote %v, %v", tt, files, err)
		}
		if out, err := inFolder(t, dir, "migrate --database sqlite:"+filepath.Join(dir, "other.db")).CombinedOutput(); err != nil {
			t.Errorf("a command that signs nothing: %v\n%s", err, out)
		}
	}
}

// TestSettingsFromFiles: each setting can be in a file, and settings says in which.
func TestSettingsFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := write("key", strings.Repeat("hunter2-", 5)+"\r\n", 0o600)
	write(".env", "LOG_LEVEL=WARN\nBASE_URL=https://env.test\nONE_KEY=hunter3\n", 0o600)
	url := write("url", "postgres://ann:hunter4@db.test/x\n", 0o600)
	out, err := inFolder(t, dir, "settings --addr :9000 --json", "SECRET_KEY_FILE=key", "DATABASE_URL_FILE="+url, "BASE_URL=https://os.test", "ONE_COUNT_FILE="+write("count", "7\n", 0o600)).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("hunter")) {
		t.Fatalf("%v\n%s", err, out)
	}
	var list []struct {
		Name, Value, Source string
		Secret              bool
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, st := range list {
		got[st.Name] = st.Value + " from " + st.Source
	}
	for name, want := range map[string]string{
		"SECRET_KEY": "(set, not shown) from " + key + " (SECRET_KEY_FILE)", "DATABASE_URL": "postgres://ann:xxxxx@db.test/x from " + url + " (DATABASE_URL_FILE)",
		"BASE_URL": "https://os.test from environment", "LOG_LEVEL": "WARN from " + filepath.Join(dir, ".env"), "ADDR": ":9000 from option --addr",
		"TIME_ZONE": "UTC from default", "ONE_COUNT": "7 from " + filepath.Join(dir, "count") + " (ONE_COUNT_FILE)", "ONE_KEY": "(set, not shown) from " + filepath.Join(dir, ".env"),
	} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
	for want, environ := range map[string][]string{
		"setting SECRET_KEY: SECRET_KEY and SECRET_KEY_FILE are both set; remove one": {"SECRET_KEY=x", "SECRET_KEY_FILE=" + key},
		"no such file":             {"SECRET_KEY_FILE=none"},
		"it is a folder":           {"SECRET_KEY_FILE=" + dir},
		"more than 65536 bytes":    {"SECRET_KEY_FILE=" + write("long", strings.Repeat("x", 65537), 0o600)},
		"has 3 characters":         {"SECRET_KEY_FILE=" + write("short", "abc\n", 0o600)},
		"setting ADDR: the file x": {"ADDR_FILE=x"},
	} {
		out, err := inFolder(t, dir, "settings", environ...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) || strings.Contains(string(out), "hunter") {
			t.Errorf("%v: %v, want %s\n%s", environ, err, want, out)
		}
	}
	// What is in the environment counts more than what is in .env.
	out, err = inFolder(t, dir, "settings", "ONE_KEY=x", "BASE_URL_FILE="+write("base", "https://file.test", 0o600)).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "https://file.test") {
		t.Errorf("%v\n%s", err, out)
	}
	open := write("open", strings.Repeat("k", 40), 0o644)
	out, err = inFolder(t, dir, "check", "ONE_KEY=x", "SECRET_KEY_FILE="+open).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "warning: everybody on this machine can read "+open) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err = inFolder(t, dir, "check", "ONE_KEY=x", "SECRET_KEY_FILE="+key).CombinedOutput(); err != nil || strings.Contains(string(out), "everybody") {
		t.Errorf("%v\n%s", err, out)
	}
	for name, text := range map[string]string{"DATABASE_URL": "sqlite:a.db", "MAIL_URL": "dir:mails", "STORAGE_URL": "disk:files", "BASE_URL": "https://example.org", "LOG_LEVEL": "WARN"} {
		path := write(name, text, 0o644)
		out, err := inFolder(t, dir, "check", "ONE_KEY=x", name+"_FILE="+path).CombinedOutput()
		if warned := strings.Contains(string(out), "everybody on this machine can read "+path); err != nil || warned != (strings.HasSuffix(name, "_URL") && name != "BASE_URL") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	// An empty variable is not set.
	out, err = inFolder(t, dir, "settings", "SECRET_KEY=", "SECRET_KEY_FILE="+key, "ADDR=", "DATABASE_URL=").CombinedOutput()
	if err != nil || !regexp.MustCompile(`SECRET_KEY +\(set, not shown\) +`+regexp.QuoteMeta(key)).Match(out) || !regexp.MustCompile(`ADDR +127.0.0.1:8000 +default`).Match(out) {
		t.Errorf("an empty variable: %v\n%s", err, out)
	}
	// .env has ONE_KEY, which is secret.
	write(".env", "ONE_KEY=hunter3\n", 0o644)
	if out, err = inFolder(t, dir, "check").CombinedOutput(); err != nil || !strings.Contains(string(out), "everybody on this machine can read "+filepath.Join(dir, ".env")) {
		t.Errorf("%v\n%s", err, out)
	}
	write(".env", "LOG_LEVEL=WARN\n", 0o644)
	if out, err = inFolder(t, dir, "check", "ONE_KEY=x").CombinedOutput(); err != nil || strings.Contains(string(out), "everybody") {
		t.Errorf("without a secret: %v\n%s", err, out)
	}
}
