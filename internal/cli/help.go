package cli

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
)

func isHelp(arg string) bool { return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg) }

// find returns the command that args begin with: one of the program's own,
// "group name", or the name alone if only one group has it.
func (p *Program) find(args []string) (Command, []string, error) {
	var found []Command
	for _, c := range p.Commands {
		switch {
		case c.Group == "" && c.Name == args[0]:
			return c, args[1:], nil
		case len(args) > 1 && c.Group == args[0] && c.Name == args[1]:
			return c, args[2:], nil
		case c.Group != "" && c.Name == args[0]:
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], args[1:], nil
	case 0:
		return Command{}, nil, p.unknown(args[0])
	}
	return Command{}, nil, Usagef("the command %q is one of several modules; write %s", args[0], strings.Join(titles(found), " or "))
}

func titles(commands []Command) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.Title())
	}
	return out
}

// unknown is the error for a command that does not exist. It names the one that
// was probably meant.
func (p *Program) unknown(name string) error {
	known := []string{"help"}
	var group []Command
	for _, c := range p.Commands {
		known = append(known, c.Name)
		if c.Group == name {
			group = append(group, c)
		}
	}
	if len(group) > 0 {
		if p.Prefix == "" { // groups of a site are its modules
			name = "the module " + name
		}
		return Usagef("%s has no such command; it has %s", name, strings.Join(titles(group), ", "))
	}
	hint := ""
	if p.Unknown != nil {
		hint = p.Unknown(name)
	}
	if hint == "" {
		hint = nearest.Hint(name, known)
	}
	if hint == "" {
		hint = "; see: " + p.written("help")
	}
	err := Usagef("there is no command %q%s", name, hint)
	if p.Prefix != "" {
		return misuse{err, "Usage: " + p.Prefix + " COMMAND"}
	}
	return err
}

// written returns a command line with the program's name, if people write it.
func (p *Program) written(line string) string { return strings.TrimSpace(p.Prefix + " " + line) }

// help lists the commands.
func (p *Program) help() {
	fmt.Fprintf(p.Stdout, "%s\n\nCommands%s:\n", p.Intro, p.byDefault())
	width := 0
	for _, c := range p.Commands {
		width = max(width, len(c.line()))
	}
	for _, c := range p.Commands {
		fmt.Fprintf(p.Stdout, "  %-*s  %s\n", width, c.line(), c.Help)
	}
	fmt.Fprintf(p.Stdout, "\n%s\n", p.Outro)
}

func (p *Program) byDefault() string {
	if p.Default == "" {
		return ""
	}
	return " (" + p.Default + " if none is named)"
}

// line is the command with its arguments.
func (c Command) line() string { return strings.TrimSpace(c.Title() + " " + c.Args) }

// usage prints the help of one command.
func (p *Program) usage(c Command, flags *flag.FlagSet) {
	fmt.Fprintf(p.Stdout, "%s: %s\n\n%s\n", p.written(c.Title()), c.Help, p.usageLine(c, flags))
	type line struct{ flag, help string }
	var lines []line
	width := 0
	flags.VisitAll(func(f *flag.Flag) {
		value, help := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			help += " (" + f.DefValue + ")"
		}
		l := line{strings.TrimSpace("--" + f.Name + " " + value), help}
		width = max(width, len(l.flag))
		lines = append(lines, l)
	})
	for _, l := range lines {
		fmt.Fprintf(p.Stdout, "  %-*s  %s\n", width, l.flag, l.help)
	}
	if c.More != "" {
		fmt.Fprintf(p.Stdout, "\n%s\n", c.More)
	}
}

// usageLine says how the command is written.
func (p *Program) usageLine(c Command, flags *flag.FlagSet) string {
	line := "Usage: " + p.written(c.Title())
	some := false
	flags.VisitAll(func(*flag.Flag) { some = true })
	if some {
		line += " [flags]"
	}
	return strings.TrimSpace(line + " " + c.Args)
}
