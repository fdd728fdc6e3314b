// Package cli finds and runs the commands of a program: flags before, between
// and after the arguments, the number of arguments checked by the usage line,
// help, suggestions for what was mistyped, exit statuses. It reads nothing from
// the process.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Exit statuses.
const (
	OK     = 0
	Failed = 1 // the command could not do its work
	Wrong  = 2 // the program was called or configured in the wrong way
)

// Command is one command.
type Command struct {
	// Group is the module that the command comes from, "" for those of the
	// program itself.
	Group string
	Name  string // one word
	// Args are the arguments as the usage line shows them: "FILE",
	// "[MODULE [NAME]]", "DIR...". Their number is checked by it.
	Args string
	Help string // one line
	More string // what else the command's own help says
	// Flags declares the command's flags. Nil means none.
	Flags func(*flag.FlagSet)
	Run   func(ctx context.Context, args []string) error
}

// Title is how the command is written: "blog import".
func (c Command) Title() string {
	if c.Group == "" {
		return c.Name
	}
	return c.Group + " " + c.Name
}

// Program is a set of commands. Commands are compared by Group and Name.
type Program struct {
	// Prefix goes before each line of an error, and before the command in
	// usage lines: the program's name, if people write it.
	Prefix string
	// Intro and Outro are the first and last lines of the help.
	Intro, Outro string
	// Default is the command that is run if none is named. Defaults to the
	// help.
	Default  string
	Commands []Command
	// Unknown says something about a command that does not exist, after "there
	// is no command X"; "" leaves it to a suggestion. It may be nil.
	Unknown func(name string) string
	Stdout  io.Writer
	Stderr  io.Writer
}

// Main runs the command that args name, prints its error and returns the exit
// status.
func (p *Program) Main(ctx context.Context, args []string) int {
	err := p.Run(ctx, args)
	p.Complain(err)
	return Status(err)
}

// Run runs the command that args name.
func (p *Program) Run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 0 && p.Default == "":
		p.help()
		return nil
	case len(args) == 0, p.Default != "" && strings.HasPrefix(args[0], "-") && !isHelp(args[0]):
		args = append([]string{p.Default}, args...)
	case isHelp(args[0]) && len(args) == 1:
		p.help()
		return nil
	case isHelp(args[0]): // "help migrate" is what people try
		args = slices.Concat(args[1:], []string{"--help"})
	}
	c, rest, err := p.find(args)
	if err != nil {
		return err
	}
	flags := flag.NewFlagSet(c.Title(), flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if c.Flags != nil {
		c.Flags(flags)
	}
	positional, err := parse(flags, rest)
	switch {
	case errors.Is(err, flag.ErrHelp):
		p.usage(c, flags)
		return nil
	case err != nil:
		return misuse{Usagef("%s: %v; see: %s", c.Title(), err, p.written(c.Title()+" --help")), p.usageLine(c, flags)}
	}
	if err := c.checkArgs(positional); err != nil {
		return misuse{err, p.usageLine(c, flags)}
	}
	err = c.Run(ctx, positional)
	if _, ok := errors.AsType[*UsageError](err); ok {
		return misuse{err, p.usageLine(c, flags)}
	}
	return err
}

// UsageError is the error of a command that was called in the wrong way. The
// usage line is printed after it.
type UsageError struct{ Message string }

// Error returns the message.
func (e *UsageError) Error() string { return e.Message }

// Usagef returns a [UsageError] with a message as in [fmt.Sprintf].
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// ConfigError marks an error of configuration, for the exit status.
type ConfigError struct{ Err error }

// Error returns the text of the error.
func (e ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e ConfigError) Unwrap() error { return e.Err }

// misuse is an error with the line that says how the command is written.
type misuse struct {
	error
	usage string
}

func (e misuse) Error() string { return e.error.Error() + "\n" + e.usage }
func (e misuse) Unwrap() error { return e.error }

// Status returns the exit status for the error of a command.
func Status(err error) int {
	if err == nil {
		return OK
	}
	_, usage := errors.AsType[*UsageError](err)
	_, config := errors.AsType[ConfigError](err)
	if usage || config {
		return Wrong
	}
	return Failed
}

// Complain prints an error, if there is one: one line for each of the errors
// joined in it.
func (p *Program) Complain(err error) {
	if err == nil {
		return
	}
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimRight(line, "\n")
		if p.Prefix != "" && !strings.HasPrefix(line, "Usage: ") {
			line = p.Prefix + ": " + line
		}
		fmt.Fprintln(p.Stderr, line)
	}
}

// parse parses flags before, between and after the other arguments, as people
// write them; "--" ends the flags.
func parse(flags *flag.FlagSet, args []string) (positional []string, err error) {
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
