package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/module"
)

// program is one run of a command.
type program struct {
	cfg     Config
	environ map[string]string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
}

// command is a command with the module that it comes from, "" for our own.
type command struct {
	module.Command
	module string
	// bare commands get no Host: no database is opened for them.
	bare bool
}

func (c command) title() string {
	if c.module == "" {
		return c.Name
	}
	return c.module + " " + c.Name
}

// run finds the command and runs it.
func (p *program) run(ctx context.Context, args []string) error {
	if err := errors.Join(module.CheckNames(p.cfg.Modules)...); err != nil {
		return usageError{err}
	}
	commands := p.commands()
	switch {
	case len(args) == 0 || strings.HasPrefix(args[0], "-") && !isHelp(args[0]):
		args = append([]string{"serve"}, args...)
	case isHelp(args[0]) && len(args) == 1:
		p.help(commands)
		return nil
	case isHelp(args[0]): // "help migrate" is what people try
		args = slices.Concat(args[1:], []string{"--help"})
	}
	c, rest, err := find(commands, args)
	if err != nil {
		return err
	}
	flags := flag.NewFlagSet(c.title(), flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if c.Flags != nil {
		c.Flags(flags)
	}
	var site siteFlags
	if !c.bare {
		site.declare(flags)
	}
	positional, err := parseFlags(flags, rest)
	if errors.Is(err, flag.ErrHelp) {
		p.usage(c, flags)
		return nil
	}
	if err != nil {
		return misuse{module.Usagef("%s: %v; see: %s --help", c.title(), err, c.title()), usageLine(c, flags)}
	}
	err = p.call(ctx, c, site, positional)
	var wrong *module.UsageError
	if errors.As(err, &wrong) {
		return misuse{err, usageLine(c, flags)}
	}
	return err
}

// call runs the command with what its flags made of site.
func (p *program) call(ctx context.Context, c command, site siteFlags, args []string) error {
	env := module.Env{Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr}
	if c.bare {
		return c.Run(ctx, env, args)
	}
	s, err := p.assemble(site)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, s, site, func(ctx context.Context) error {
		env.Host = s.host
		return c.Run(ctx, env, args)
	})
}

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

// find returns the command that args begin with: one of ours, "module name",
// or the name alone where only one module has it.
func find(commands []command, args []string) (command, []string, error) {
	var found []command
	for _, c := range commands {
		switch {
		case c.module == "" && c.Name == args[0]:
			return c, args[1:], nil
		case len(args) > 1 && c.module == args[0] && c.Name == args[1]:
			return c, args[2:], nil
		case c.module != "" && c.Name == args[0]:
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], args[1:], nil
	case 0:
		if own := titles(commands, args[0]); len(own) > 0 {
			return command{}, nil, module.Usagef("the module %s has no such command; it has %s", args[0], strings.Join(own, ", "))
		}
		return command{}, nil, unknownCommand(args[0], commands)
	}
	return command{}, nil, module.Usagef("the command %q is one of several modules; write %s", args[0], strings.Join(titles(found, ""), " or "))
}

// titles returns the titles of the commands of a module, or of all for "".
func titles(commands []command, of string) []string {
	var out []string
	for _, c := range commands {
		if of == "" || c.module == of {
			out = append(out, c.title())
		}
	}
	return out
}

// unknownCommand names the command that was meant.
func unknownCommand(name string, commands []command) error {
	var known []string
	for _, c := range commands {
		known = append(known, c.Name)
	}
	if hint := nearest.Hint(name, known); hint != "" {
		return module.Usagef("there is no command %q%s See: help", name, hint)
	}
	return module.Usagef("there is no command %q; see: help", name)
}

// commands returns our own commands and those of the modules.
func (p *program) commands() []command {
	out := []command{
		p.serveCommand(), p.migrateCommand(), p.makeMigrationsCommand(), p.sqlMigrateCommand(), p.squashCommand(),
		p.inspectCommand(), p.checkCommand(), p.templatesCommand(),
		p.routesCommand(), p.settingsCommand(), p.dbshellCommand(), p.backupCommand(), p.copyDataCommand(), p.versionCommand(),
	}
	for _, m := range p.cfg.Modules {
		has, ok := module.As[module.HasCommands](m)
		if !ok {
			continue
		}
		for _, c := range has.Commands() {
			out = append(out, command{Command: c, module: m.Name()})
		}
	}
	return out
}

func isHelp(arg string) bool { return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg) }

// help lists the commands.
func (p *program) help(commands []command) {
	fmt.Fprintf(p.stdout, "%s %s\n\nCommands (serve when none is named):\n", p.cfg.Name, p.cfg.Version)
	width := 0
	for _, c := range commands {
		width = max(width, len(c.title()+" "+c.Args))
	}
	for _, c := range commands {
		fmt.Fprintf(p.stdout, "  %-*s  %s\n", width, strings.TrimSpace(c.title()+" "+c.Args), c.Help)
	}
	fmt.Fprintf(p.stdout, "\nCOMMAND --help shows the flags of a command.\n")
}

// usage describes one command.
func (p *program) usage(c command, flags *flag.FlagSet) {
	fmt.Fprintf(p.stdout, "%s: %s\n\n%s\n", c.title(), c.Help, usageLine(c, flags))
	flags.SetOutput(p.stdout)
	flags.VisitAll(func(f *flag.Flag) {
		name, help := flag.UnquoteUsage(f)
		line := "  --" + f.Name
		if name != "" {
			line += " " + name
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			help += " (" + f.DefValue + ")"
		}
		fmt.Fprintf(p.stdout, "%-28s %s\n", line, help)
	})
}

// usageLine says how the command is written.
func usageLine(c command, flags *flag.FlagSet) string {
	line := "Usage: " + c.title()
	flags.VisitAll(func(*flag.Flag) {
		if !strings.HasSuffix(line, " [flags]") {
			line += " [flags]"
		}
	})
	return strings.TrimSpace(line + " " + c.Args)
}

// misuse is the error of a command that was called in the wrong way, with the
// line that says what is the right one.
type misuse struct {
	error
	usage string
}

func (e misuse) Error() string { return e.error.Error() + "\n" + e.usage }
func (e misuse) Unwrap() error { return e.error }

// usageError marks an error of configuration, for the exit status.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func isUsage(err error) bool {
	var a *module.UsageError
	var b usageError
	return errors.As(err, &a) || errors.As(err, &b)
}

// complain prints an error: one line for each of the mistakes joined in it.
func (p *program) complain(err error) {
	for _, line := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(p.stderr, "%s\n", line)
	}
}
