package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // the command could not do its work
	exitUsage  = 2 // the command was called in the wrong way
)

// env is what a command works with beside its arguments.
type env struct {
	stdout io.Writer
	stderr io.Writer
	dir    string // absolute; the folder the command is called in
	// environ are the variables of the go commands that are run.
	environ []string
}

// command is one command.
type command struct {
	name  string
	args  string // what stands behind the flags, for the usage line
	help  string // one line
	more  string // what else the command's own help says
	flags func(*flag.FlagSet)
	run   func(ctx context.Context, e env, args []string) error
}

// commands returns all commands, with flags of their own.
func commands() []command {
	return []command{newCommand(), appCommand(), genCommand(), versionCommand()}
}

// usageError is the error of a command that was called in the wrong way.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// run runs the command that args name and returns the exit status.
func run(ctx context.Context, args []string, e env) int {
	err := dispatch(ctx, args, e)
	if err == nil {
		return exitOK
	}
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimRight(line, "\n"); !strings.HasPrefix(line, "Usage: ") {
			line = "vola: " + line
		}
		fmt.Fprintln(e.stderr, line)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func dispatch(ctx context.Context, args []string, e env) error {
	if len(args) == 0 || isHelp(args[0]) && len(args) == 1 {
		help(e.stdout)
		return nil
	}
	name, rest := args[0], args[1:]
	if isHelp(name) { // help new
		name, rest = rest[0], []string{"--help"}
	}
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return usagef("there is no command %q%s\nUsage: vola COMMAND", name, instead(name, all))
	}
	c := all[i]
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if c.flags != nil {
		c.flags(flags)
	}
	positional, err := parseFlags(flags, rest)
	if errors.Is(err, flag.ErrHelp) {
		c.usage(e.stdout, flags)
		return nil
	}
	if err != nil {
		return usagef("%s: %v; see: vola help %s\n%s", c.name, err, c.name, c.usageLine(flags))
	}
	err = c.run(ctx, e, positional)
	if wrong, ok := errors.AsType[usageError](err); ok {
		return usageError{wrong.message + "\n" + c.usageLine(flags)}
	}
	return err
}

// instead names the command that was meant, or all.
func instead(name string, all []command) string {
	known := []string{"help"}
	for _, c := range all {
		known = append(known, c.name)
	}
	if hint := nearest.Hint(name, known); hint != "" {
		return hint
	}
	if slices.Contains([]string{"serve", "migrate", "makemigrations", "check", "routes"}, name) {
		return "; it is one of the site itself: go run . " + name
	}
	return "; the commands are " + strings.Join(known, ", ")
}

func isHelp(arg string) bool { return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg) }

// parseFlags parses flags before, between and behind the other arguments, as
// people write them; "--" ends the flags.
func parseFlags(flags *flag.FlagSet, args []string) (positional []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return positional, nil
		}
		if used := len(args) - len(rest); used > 0 && args[used-1] == "--" {
			return append(positional, rest...), nil
		}
		positional = append(positional, rest[0])
		args = rest[1:]
	}
}

// help lists the commands.
func help(w io.Writer) {
	fmt.Fprint(w, "vola makes sites and keeps what is generated in them up to date.\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-14s %s\n", strings.TrimSpace(c.name+" "+c.args), c.help)
	}
	fmt.Fprint(w, "\nvola COMMAND --help shows the flags of a command. The site itself has commands\ntoo, among them serve and migrate: go run . help\n")
}

// usage describes one command.
func (c command) usage(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprintf(w, "vola %s: %s\n\n%s\n", c.name, c.help, c.usageLine(flags))
	flags.VisitAll(func(f *flag.Flag) {
		value, help := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  %-16s %s\n", strings.TrimSpace("--"+f.Name+" "+value), help)
	})
	if c.more != "" {
		fmt.Fprintf(w, "\n%s\n", c.more)
	}
}

// usageLine says how the command is written.
func (c command) usageLine(flags *flag.FlagSet) string {
	title := "vola " + c.name
	flags.VisitAll(func(*flag.Flag) {
		if !strings.Contains(title, "[flags]") {
			title += " [flags]"
		}
	})
	return "Usage: " + strings.TrimSpace(title+" "+c.args)
}
