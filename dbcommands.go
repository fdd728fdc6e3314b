package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
)

// backupCommand copies an SQLite database while the site runs.
func (p *program) backupCommand() cli.Command {
	var url string
	return cli.Command{
		Name: "backup", Args: "FILE", Help: "copy the SQLite database to FILE, also while the site runs",
		Flags: func(flags *flag.FlagSet) { declareDatabase(flags, &url) },
		Run: func(ctx context.Context, args []string) error {
			if _, err := os.Lstat(args[0]); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s exists already; backup never overwrites", args[0])
			}
			db, err := p.openPlain(ctx, url, false)
			if err != nil {
				return err
			}
			defer db.Close()
			b, ok := db.Backend().(database.Backuper)
			if !ok {
				return fmt.Errorf("the database %s is copied with its own tool, pg_dump", db.URL())
			}
			if err := b.Backup(ctx, args[0]); err != nil {
				return fmt.Errorf("backup to %s: %w", args[0], err)
			}
			fmt.Fprintf(p.stdout, "copied %s to %s\n", db.URL(), args[0])
			return nil
		},
	}
}

// dbshellCommand starts the database's own shell.
func (p *program) dbshellCommand() cli.Command {
	var url string
	return cli.Command{
		Name: "dbshell", Args: "[-- ARGUMENT...]", Help: "open the database in its own shell, sqlite3 or psql",
		Flags: func(flags *flag.FlagSet) { declareDatabase(flags, &url) },
		Run: func(ctx context.Context, args []string) error {
			db, err := p.openPlain(ctx, url, false)
			if err != nil {
				return err
			}
			sh, ok := db.Backend().(database.Sheller)
			db.Close()
			if !ok {
				return fmt.Errorf("the database %s has no shell", db.URL())
			}
			name, words, environ := sh.Shell()
			path, err := exec.LookPath(name)
			if err != nil {
				return fmt.Errorf("the program %s is not installed", name)
			}
			cmd := exec.CommandContext(ctx, path, append(words, args...)...)
			// What is secret goes by the environment: arguments are for all to see.
			for name, value := range p.vars.values {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			cmd.Env = append(cmd.Env, environ...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = p.stdin, p.stdout, p.stderr
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		},
	}
}
