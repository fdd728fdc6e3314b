package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/cli"
)

// env is what a command works with apart from its arguments.
type env struct {
	stdout io.Writer
	stderr io.Writer
	dir    string // absolute; the folder the command is called in
	// environ are the variables of the go commands that are run.
	environ []string
}

// run runs the command that args name and returns the exit status.
func run(ctx context.Context, args []string, e env) int {
	p := &cli.Program{
		Prefix: "vola",
		Intro:  "vola makes sites and keeps what is generated in them up to date.",
		Outro: "vola COMMAND --help shows the flags of a command. The site itself has commands\n" +
			"too, among them serve and migrate: go run . help",
		Commands: e.commands(),
		Unknown:  ofTheSite,
		Stdout:   e.stdout, Stderr: e.stderr,
	}
	return p.Main(ctx, args)
}

// commands returns all commands, with flags of their own.
func (e env) commands() []cli.Command {
	all := []cli.Command{e.newCommand(), e.appCommand(), e.genCommand(), e.messagesCommand()}
	return append(append(all, e.jsCommands()...), e.versionCommand())
}

// ofTheSite says that a command is one of the site itself.
func ofTheSite(name string) string {
	if slices.Contains(strings.Fields("serve migrate makemigrations check routes settings"), name) {
		return "; it is one of the site itself: go run . " + name
	}
	return ""
}
