package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/volaweb/vola/internal/cli"
)

// TestScripts runs the files in testdata/script. The command vola in them is
// this package's run, in this process.
func TestScripts(t *testing.T) {
	t.Parallel()
	goEnv := goEnvironment(t)
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			// Scripts build sites with the caches of this machine, and without
			// its network.
			for name, value := range goEnv {
				e.Setenv(name, value)
			}
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOFLAGS", "")
			e.Setenv("GOWORK", "off")
			e.Setenv("GOTOOLCHAIN", "local")
			e.Setenv("VOLA_SOURCE", source)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"vola":   cmdVola,
			"status": cmdStatus,
		},
	})
}

// cmdVola runs vola; its exit status is kept for the command status.
func cmdVola(ts *testscript.TestScript, neg bool, args []string) {
	status := run(context.Background(), args, env{
		stdout: ts.Stdout(), stderr: ts.Stderr(), dir: ts.MkAbs("."), environ: scriptEnvironment(ts),
	})
	ts.Setenv("status", strconv.Itoa(status))
	if neg != (status != cli.OK) {
		ts.Fatalf("vola %q: exit status %d", args, status)
	}
}

// cmdStatus checks the exit status of the last vola.
func cmdStatus(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || ts.Getenv("status") != args[0] {
		ts.Fatalf("exit status %s, want %v", ts.Getenv("status"), args)
	}
}

// scriptEnvironment returns the variables that the go command needs, as the
// script has them.
func scriptEnvironment(ts *testscript.TestScript) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN"} {
		if value := ts.Getenv(name); value != "" {
			out = append(out, name+"="+value)
		}
	}
	return out
}

// goEnvironment returns where the go command keeps what it has built and
// downloaded.
func goEnvironment(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.Command("go", "env", "-json", "GOPATH", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	if err := json.Unmarshal(out, &values); err != nil {
		t.Fatal(err)
	}
	return values
}
