package vola

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/web/api"
)

// routesCommand prints the table of URLs.
func (p *program) routesCommand() cli.Command {
	var verbose bool
	return cli.Command{
		Name: "routes", Help: "list the routes: method, pattern, name, handler",
		Flags: func(f *flag.FlagSet) {
			f.BoolVar(&verbose, "v", false, "what wraps each route too, the first outermost, and what wraps all of them")
		},
		Run: func(_ context.Context, args []string) error {
			// Who looks for the name of a route has perhaps written it wrong in a template.
			s, err := p.assemble(siteFlags{listing: true})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
			for _, r := range s.Routes() {
				name := r.Name
				if name == "" {
					name = "-"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s", r.Method, r.Pattern, name, r.Handler)
				if verbose {
					fmt.Fprintf(w, "\t%s", cmp.Or(strings.Join(r.Wrappers, " "), "-"))
				}
				fmt.Fprintln(w)
			}
			if err := w.Flush(); err != nil || !verbose {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, "all routes:", strings.Join(s.wrappers, " "))
			return err
		},
	}
}

// openapiCommand prints the description of the routes for programs.
func (p *program) openapiCommand() cli.Command {
	return cli.Command{
		Name: "openapi", Help: "print the description of the routes for programs, as OpenAPI 3.1",
		Run: func(_ context.Context, args []string) error {
			s, err := p.assemble(siteFlags{})
			if err != nil {
				return err
			}
			text, err := api.Describe(s.apiInfo(), s.Routes()).JSON()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "%s\n", text)
			return err
		},
	}
}

func (p *program) versionCommand() cli.Command {
	return cli.Command{
		Name: "version", Help: "print the version of the program and of Go",
		Run: func(_ context.Context, args []string) error {
			fmt.Fprintf(p.stdout, "%s %s (%s %s/%s)\n", p.cfg.Name, p.cfg.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
