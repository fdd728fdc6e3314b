package migratecmd

import (
	"context"
	"flag"
	"fmt"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate"
)

// sqlCommand prints the SQL of a migration.
func (p *Project) sqlCommand() cli.Command {
	var dialect string
	var back bool
	return cli.Command{
		Name: "sqlmigrate", Args: "MODULE NAME", Help: "print the SQL of a migration",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&dialect, "dialect", "", "`name` of the dialect, sqlite or postgres, instead of the first driver's")
			flags.BoolVar(&back, "back", false, "print the SQL that undoes it")
		},
		Run: func(_ context.Context, args []string) error {
			d, err := p.dialect(dialect)
			if err != nil {
				return err
			}
			g, err := p.graph()
			if err != nil {
				return err
			}
			m, err := g.Find(args[0], args[1])
			if err != nil {
				return cli.Usagef("%v", err)
			}
			stmts, err := g.Statements(d, m, back)
			if err != nil {
				return err
			}
			for _, stmt := range stmts {
				fmt.Fprintf(p.Stdout, "%s;\n", stmt)
			}
			return nil
		},
	}
}

// squashCommand replaces several migrations by one.
func (p *Project) squashCommand() cli.Command {
	var f makeFlags
	return cli.Command{
		Name: "squashmigrations", Args: "MODULE [FROM] TO", Help: "write one migration that does the work of several, for new databases",
		Flags: func(flags *flag.FlagSet) {
			flags.BoolVar(&f.dryRun, "dry-run", false, "print the file instead of writing it")
		},
		Run: func(_ context.Context, args []string) error {
			g, err := p.graph()
			if err != nil {
				return err
			}
			from := ""
			if len(args) == 3 {
				from = args[1]
			}
			c, err := migrate.Squash(g, args[0], from, args[len(args)-1])
			if err != nil {
				return err
			}
			return p.writeChange(f, c)
		},
	}
}

// inspectCommand prints models for the tables of an existing database.
func (p *Project) inspectCommand() cli.Command {
	var url string
	var opts migrate.StructOptions
	return cli.Command{
		Name: "inspect", Args: "[TABLE...]", Help: "print Go models for the tables of an existing database",
		Flags: func(flags *flag.FlagSet) {
			declareDatabase(flags, &url)
			flags.StringVar(&opts.Module, "module", "", "`name` of the module that the models are for; the models' names do not have it")
			flags.StringVar(&opts.Package, "package", "", "`name` of the Go package, instead of the module's")
		},
		Run: func(ctx context.Context, args []string) error {
			db, err := p.Open(ctx, url, false)
			if err != nil {
				return err
			}
			defer db.Close()
			live, err := db.Dialect().Editor().Inspect(ctx, db)
			if err != nil {
				return err
			}
			for _, name := range args {
				if _, ok := live.Table(name); !ok {
					return fmt.Errorf("there is no table %q in the database %s", name, db.URL())
				}
			}
			if len(live.Tables) == 0 {
				return fmt.Errorf("the database %s has no tables", db.URL())
			}
			opts.Tables = args
			source, notes, err := migrate.Structs(live, opts)
			if err != nil {
				return err
			}
			for _, n := range notes {
				fmt.Fprintln(p.Stderr, n)
			}
			_, err = p.Stdout.Write(source)
			return err
		},
	}
}
