package vola

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/volaweb/vola/internal/cli"
)

// settingsCommand prints what is in force and where it comes from.
func (p *program) settingsCommand() cli.Command {
	return cli.Command{
		Name: "settings", Help: "print the settings in force, without secrets",
		Run: func(_ context.Context, args []string) error {
			set, err := readSettings(p.cfg.Modules, Options{Environ: p.environ})
			if err != nil {
				return err
			}
			list := allSettings(p.cfg.Modules, &set, p.environ)
			slices.SortStableFunc(list, func(a, b setting) int { return strings.Compare(a.name, b.name) })
			w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
			for _, st := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", st.name, oneLine(st.value), st.source, st.help)
			}
			return w.Flush()
		},
	}
}

// oneLine keeps a value from breaking the table.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}
