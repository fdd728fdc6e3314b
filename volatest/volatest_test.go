package volatest_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
)

// greeter is a module with a command.
type greeter struct{ module.Base }

func (*greeter) Name() string { return "greeter" }

func (*greeter) Commands() []module.Command {
	var loud bool
	return []module.Command{{
		Name: "greet", Args: "NAME", Help: "greet somebody",
		Flags: func(flags *flag.FlagSet) { flags.BoolVar(&loud, "loud", false, "shout") },
		Run: func(ctx context.Context, env module.Env, args []string) error {
			if args[0] == "nobody" {
				return module.Usagef("there is nobody")
			}
			text := "hello " + args[0]
			if loud {
				text = strings.ToUpper(text)
			}
			_, err := fmt.Fprintln(env.Stdout, text, env.Host.DB.Dialect().Name())
			return err
		},
	}}
}

// stopped is a TB that keeps the text of Fatalf.
type stopped struct {
	testing.TB
	fatal string
}

func (s *stopped) Fatalf(format string, args ...any) {
	s.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestCommandThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := &stopped{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = volatest.New(s, vola.Config{Modules: []module.Module{&greeter{}}}).Command("greeter wave", "Ann")
	}()
	<-done
	if want := `no module of the site has a command "greeter wave"; the commands of its modules are: greeter greet `; !strings.HasPrefix(s.fatal, want) {
		t.Errorf("got %q, want %q", s.fatal, want)
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	site := func() vola.Config { return vola.Config{Modules: []module.Module{&greeter{}}} }
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		dialect := c.DB.Dialect().Name()
		if out, err := c.Command("greet", "Ann", "--loud"); out != "HELLO ANN "+dialect+"\n" || err != nil {
			t.Errorf("%q, %v", out, err)
		}
		if out, err := c.Command(new(greeter).Name()+" greet", "Ann"); out != "hello Ann "+dialect+"\n" || err != nil {
			t.Errorf("with the module's name: %q, %v", out, err)
		}
		for args, want := range map[string]string{"": "greet needs NAME", "a b": "greet takes NAME", "nobody": "there is nobody", "--nope a": "not defined: -nope"} {
			if _, err := c.Command("greet", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %q", args, err, want)
			}
		}
	})
}
