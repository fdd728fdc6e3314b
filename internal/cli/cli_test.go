package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/cli"
)

// program returns a program whose commands print what they were given.
func program(prefix string) (p *cli.Program, out, errs *strings.Builder) {
	out, errs = &strings.Builder{}, &strings.Builder{}
	echo := func(name string) func(context.Context, []string) error {
		return func(_ context.Context, args []string) error {
			fmt.Fprintf(out, "%s %q\n", name, args)
			return nil
		}
	}
	var loud bool
	var count int
	commands := []cli.Command{
		{Name: "serve", Help: "answer", Run: echo("serve")},
		{Name: "move", Args: "[MODULE [NAME]]", Help: "move it", More: "More of it.", Run: echo("move"), Flags: func(f *flag.FlagSet) {
			f.BoolVar(&loud, "loud", false, "be loud")
			f.IntVar(&count, "count", 3, "`N` times")
		}},
		{Name: "list", Args: "FILE...", Help: "list them", Run: echo("list")},
		{Name: "shell", Args: "[-- ARGUMENT...]", Help: "a shell", Run: echo("shell")},
		{Name: "squash", Args: "MODULE [FROM] TO", Help: "squash", Run: echo("squash")},
		{Name: "fail", Help: "fail", Run: func(context.Context, []string) error { return errors.Join(errors.New("one"), errors.New("two")) }},
		{Name: "refuse", Help: "refuse", Run: func(context.Context, []string) error { return cli.Usagef("not so") }},
		{Name: "config", Help: "config", Run: func(context.Context, []string) error { return cli.ConfigError{Err: errors.New("bad URL")} }},
		{Group: "blog", Name: "import", Args: "DIR", Help: "import it", Run: echo("blog import")},
		{Group: "shop", Name: "import", Args: "FILE", Help: "import it", Run: echo("shop import")},
		{Group: "shop", Name: "export", Help: "export it", Run: echo("shop export")},
	}
	return &cli.Program{Prefix: prefix, Intro: "A program", Outro: "The end.", Default: "serve", Commands: commands, Stdout: out, Stderr: errs}, out, errs
}

func TestProgram(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args   string
		status int
		out    string
		errs   string
	}{
		{"", 0, "serve []\n", ""},
		{"serve x", 2, "", "serve takes no arguments, but got \"x\"\nUsage: serve\n"},
		{"--nope", 2, "", "serve: flag provided but not defined: -nope; see: serve --help\nUsage: serve\n"},
		{"move", 0, "move []\n", ""},
		{"move a --loud b --count 4", 0, "move [\"a\" \"b\"]\n", ""},
		{"move -- --loud", 0, "move [\"--loud\"]\n", ""},
		{"move a b c", 2, "", "move takes [MODULE [NAME]], but got \"c\" too\nUsage: move [flags] [MODULE [NAME]]\n"},
		{"list", 2, "", "list needs FILE...\nUsage: list FILE...\n"},
		{"list a b c", 0, "list [\"a\" \"b\" \"c\"]\n", ""},
		{"shell", 0, "shell []\n", ""},
		{"shell -- -c x", 0, "shell [\"-c\" \"x\"]\n", ""},
		{"squash a", 2, "", "squash needs MODULE [FROM] TO\nUsage: squash MODULE [FROM] TO\n"},
		{"squash a b", 0, "squash [\"a\" \"b\"]\n", ""},
		{"squash a b c", 0, "squash [\"a\" \"b\" \"c\"]\n", ""},
		{"squash a b c d", 2, "", "squash takes MODULE [FROM] TO, but got \"d\" too\nUsage: squash MODULE [FROM] TO\n"},
		{"fail", 1, "", "one\ntwo\n"},
		{"refuse", 2, "", "not so\nUsage: refuse\n"},
		{"config", 2, "", "bad URL\n"},
		{"blog import d", 0, "blog import [\"d\"]\n", ""},
		{"export", 0, "shop export []\n", ""},
		{"import d", 2, "", "the command \"import\" is one of several modules; write blog import or shop import\n"},
		{"shop impart", 2, "", "the module shop has no such command; it has shop import, shop export\n"},
		{"moev", 2, "", "there is no command \"moev\"; did you mean move?\n"},
		{"nothing", 2, "", "there is no command \"nothing\"; see: help\n"},
		{"help nothing", 2, "", "there is no command \"nothing\"; see: help\n"},
		{"help move", 0, "move: move it\n\nUsage: move [flags] [MODULE [NAME]]\n  --count N  N times (3)\n  --loud     be loud\n\nMore of it.\n", ""},
		{"blog import --help", 0, "blog import: import it\n\nUsage: blog import DIR\n", ""},
	} {
		p, out, errs := program("")
		status := p.Main(t.Context(), strings.Fields(tt.args))
		if status != tt.status || out.String() != tt.out || errs.String() != tt.errs {
			t.Errorf("%q: status %d, out %q, errors %q", tt.args, status, out, errs)
		}
	}
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	p, _, errs := program("tool")
	p.Unknown = func(name string) string { return "; " + name + " is elsewhere" }
	p.Default = ""
	for args, want := range map[string]string{
		"far away":    "tool: there is no command \"far\"; far is elsewhere\nUsage: tool COMMAND\n",
		"shop":        "tool: shop has no such command; it has shop import, shop export\n",
		"list":        "tool: list needs FILE...\nUsage: tool list FILE...\n",
		"list --nope": "tool: list: flag provided but not defined: -nope; see: tool list --help\nUsage: tool list FILE...\n",
		"fail":        "tool: one\ntool: two\n",
	} {
		errs.Reset()
		if p.Main(t.Context(), strings.Fields(args)); errs.String() != want {
			t.Errorf("%q: %q, want %q", args, errs, want)
		}
	}
}

func ExampleProgram() {
	p := &cli.Program{
		Intro: "greet 1.0", Outro: "COMMAND --help shows the flags of a command.",
		Commands: []cli.Command{{
			Name: "hello", Args: "NAME", Help: "say hello",
			Run: func(_ context.Context, args []string) error {
				_, err := fmt.Println("hello,", args[0])
				return err
			},
		}},
		Stdout: os.Stdout, Stderr: os.Stdout,
	}
	fmt.Println(p.Main(context.Background(), []string{"hello", "Ann"}))
	fmt.Println(p.Main(context.Background(), nil))
	fmt.Println(p.Main(context.Background(), []string{"helo"}))
	// Output:
	// hello, Ann
	// 0
	// greet 1.0
	//
	// Commands:
	//   hello NAME  say hello
	//
	// COMMAND --help shows the flags of a command.
	// 0
	// there is no command "helo"; did you mean hello?
	// 2
}
