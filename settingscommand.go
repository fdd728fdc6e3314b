package vola

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/volaweb/vola/internal/cli"
)

// settingsCommand prints what is in force and where it comes from.
func (p *program) settingsCommand() cli.Command {
	var f siteFlags
	var asJSON bool
	return cli.Command{
		Name: "settings", Help: "print the settings in force, without secrets, and where each comes from",
		Flags: func(flags *flag.FlagSet) {
			f.declare(flags)
			flags.StringVar(&f.addr, "addr", "", "`address` to listen on, instead of ADDR, as serve has it")
			flags.BoolVar(&asJSON, "json", false, "print a list of objects with name, value, source, help and secret")
		},
		Run: func(_ context.Context, args []string) error {
			vars, err := p.withLocalKey(p.vars, f)
			if err != nil {
				return err
			}
			set, err := readSettings(p.cfg.Modules, vars.withFlags(f).options())
			if err != nil {
				return err
			}
			list := allSettings(p.cfg.Modules, &set)
			slices.SortStableFunc(list, func(a, b setting) int { return strings.Compare(a.Name, b.Name) })
			if asJSON {
				out := json.NewEncoder(p.stdout)
				out.SetIndent("", "  ")
				return out.Encode(list)
			}
			w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
			for _, st := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", st.Name, oneLine(st.Value), oneLine(st.Source), st.Help)
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
