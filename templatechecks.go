package vola

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
)

// checks find what is wrong with the routes and files that templates name, as
// far as those could be read.
func (s *Site) checks() map[string]func(templates.Call) error {
	out := map[string]func(templates.Call) error{
		"url": func(c templates.Call) error {
			if len(c.Args) == 0 || !c.Args[0].Literal {
				return nil
			}
			name := c.Args[0].Text
			route, ok := s.mux.Lookup(name)
			if !ok {
				_, err := s.mux.URL(name) // says which name is near
				return err
			}
			if have := len(c.Args) - 1; have != len(route.Params) {
				var names []string
				for _, p := range route.Params {
					names = append(names, p.Name)
				}
				return fmt.Errorf("route %q takes %s (%s), %d given", name, count(len(names), "parameter"), strings.Join(names, ", "), have)
			}
			args := make([]any, 0, len(c.Args))
			for _, a := range c.Args[1:] {
				if !a.Literal {
					return nil // what it is worth is known when the page is shown
				}
				args = append(args, a.Text)
			}
			_, err := s.mux.URL(name, args...)
			return err
		},
		"static": func(c templates.Call) error {
			if len(c.Args) != 1 || !c.Args[0].Literal {
				return nil
			}
			_, err := s.static.URL(c.Args[0].Text)
			return err
		},
	}
	maps.Copy(out, s.texts.Checks())
	if s.mux == nil {
		delete(out, "url")
	}
	if s.static == nil {
		delete(out, "static")
	}
	return out
}

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
