package vola

import (
	"context"
	"errors"
	"flag"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate/migratecmd"
	"github.com/volaweb/vola/module"
)

// main runs the command that args name and returns the exit status.
func (p *program) main(ctx context.Context, args []string) int {
	commands := &cli.Program{
		Intro:   p.cfg.Name + " " + p.cfg.Version,
		Outro:   "COMMAND --help shows the flags of a command.",
		Default: "serve",
		Stdout:  p.stdout, Stderr: p.stderr,
	}
	if err := errors.Join(module.CheckNames(p.cfg.Modules)...); err != nil {
		err = cli.ConfigError{Err: err}
		commands.Complain(err)
		return cli.Status(err)
	}
	commands.Commands = p.commands()
	return commands.Main(ctx, args)
}

// commands returns our own commands and those of the modules.
func (p *program) commands() []cli.Command {
	out := []cli.Command{p.serveCommand(), p.workCommand()}
	out = append(out, p.project().Commands()...)
	out = append(out, p.checkCommand(), p.templatesCommand(), p.routesCommand(), p.openapiCommand(), p.settingsCommand(),
		p.dbshellCommand(), p.backupCommand(), p.copyDataCommand(), p.resealCommand(), p.versionCommand())
	for _, m := range p.cfg.Modules {
		if has, ok := module.As[module.HasCommands](m); ok {
			for _, c := range has.Commands() {
				out = append(out, p.moduleCommand(m.Name(), c))
			}
		}
	}
	return out
}

// moduleCommand returns a command of a module, which is run with the site
// assembled and its database open.
func (p *program) moduleCommand(of string, c module.Command) cli.Command {
	var f siteFlags
	return cli.Command{
		Group: of, Name: c.Name, Args: c.Args, Help: c.Help,
		Flags: func(flags *flag.FlagSet) {
			if c.Flags != nil {
				c.Flags(flags)
			}
			f.declare(flags)
		},
		Run: func(ctx context.Context, args []string) error {
			s, err := p.assemble(f)
			if err != nil {
				return err
			}
			err = p.withDatabase(ctx, s, f, false, func(ctx context.Context, _ bool) error {
				return c.Run(ctx, module.Env{Host: s.host, Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr}, args)
			})
			if wrong, ok := errors.AsType[*module.UsageError](err); ok {
				return cli.Usagef("%s", wrong.Message)
			}
			return err
		},
	}
}

// project says what the commands about migrations need of the site.
func (p *program) project() *migratecmd.Project {
	return &migratecmd.Project{
		Modules: p.cfg.Modules, Drivers: p.cfg.Drivers, Version: p.cfg.Version,
		Check: func() error {
			_, err := p.assemble(siteFlags{})
			return err
		},
		Open: p.openPlain,
		Source: func(m module.Module) (dir, path string) {
			path = pathOf(m)
			return packageDir(p.cfg.Dir, path), path
		},
		Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr,
	}
}
