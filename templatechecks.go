package vola

import (
	"context"
	"errors"
	"fmt"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
)

// templatesCommand lists the template files and what they override.
func (p *program) templatesCommand() cli.Command {
	return cli.Command{
		Name: "templates", Help: "list the templates: where each comes from, and what it overrides",
		Run: func(_ context.Context, args []string) error {
			host := module.NewHost(module.Host{}, nil, nil)
			files, err := templates.Chain(sources{cfg: p.cfg}.loaders(host)).Files()
			if err != nil {
				return err
			}
			if len(files) == 0 {
				return errors.New("the site has no templates")
			}
			for _, f := range files {
				fmt.Fprintf(p.stdout, "%s\n  %s\n", f.Name, f.Origins[0])
				for _, o := range f.Origins[1:] {
					fmt.Fprintf(p.stdout, "  overrides %s\n", o)
				}
			}
			return nil
		},
	}
}
