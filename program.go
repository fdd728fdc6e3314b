package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

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
	case isHelp(args[0]):
		p.help(commands)
		return nil
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
		return module.Usagef("%s: %v; see: %s --help", c.title(), err, c.title())
	}
	env := module.Env{Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr}
	if c.bare {
		return c.Run(ctx, env, positional)
	}
	s, err := p.assemble(site)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, s, site, func(ctx context.Context) error {
		env.Host = s.host
		return c.Run(ctx, env, positional)
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
		return command{}, nil, module.Usagef("there is no command %q; see: help", args[0])
	}
	var titles []string
	for _, c := range found {
		titles = append(titles, c.title())
	}
	return command{}, nil, module.Usagef("the command %q is one of several modules; write %s", args[0], strings.Join(titles, " or "))
}

// commands returns our own commands and those of the modules.
func (p *program) commands() []command {
	out := []command{
		p.serveCommand(), p.migrateCommand(), p.makeMigrationsCommand(), p.sqlMigrateCommand(), p.squashCommand(),
		p.inspectCommand(), p.checkCommand(), p.templatesCommand(),
		p.routesCommand(), p.settingsCommand(), p.dbshellCommand(), p.backupCommand(), p.versionCommand(),
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
	fmt.Fprintf(p.stdout, "%s: %s\n\nUsage: %s\n", c.title(), c.Help, strings.TrimSpace(c.title()+" [flags] "+c.Args))
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
