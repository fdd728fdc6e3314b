package vola

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/caarlos0/env/v11"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
)

// settings are the site's own.
type settings struct {
	DatabaseURL string       `env:"DATABASE_URL" envDefault:"sqlite:site.db" help:"the database: sqlite:FILE or postgres://..."`
	Addr        string       `env:"ADDR" envDefault:"127.0.0.1:8000" help:"the address to listen on"`
	BaseURL     string       `env:"BASE_URL" help:"scheme and host under which people reach the site"`
	LogLevel    slog.Level   `env:"LOG_LEVEL" envDefault:"INFO" help:"DEBUG, INFO, WARN or ERROR"`
	LogSQL      statementLog `env:"LOG_SQL" envDefault:"off" help:"log statements: off, on, or redacted (without arguments)"`
}

func environMap(environ []string) map[string]string {
	out := map[string]string{}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			out[name] = value
		}
	}
	return out
}

// readSettings fills the settings of the site and its modules.
func (s *Site) readSettings() error {
	errs := []error{parseSettings(&s.set, "", s.opts.Environ)}
	if s.opts.BaseURL != "" {
		s.set.BaseURL = s.opts.BaseURL
	}
	s.set.BaseURL = strings.TrimRight(s.set.BaseURL, "/")
	for _, m := range s.cfg.Modules {
		if has, ok := module.As[module.HasSettings](m); ok {
			errs = append(errs, parseSettings(has.Settings(), settingsPrefix(m), s.opts.Environ))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

func settingsPrefix(m module.Module) string { return strings.ToUpper(m.Name()) + "_" }

// parseSettings fills the struct that to points to. The error has a line for
// each variable that is wrong, with its name; the value of a secret is not in
// it.
func parseSettings(to any, prefix string, environ map[string]string) error {
	err := env.ParseWithOptions(to, env.Options{Environment: environ, Prefix: prefix})
	if err == nil {
		return nil
	}
	var all env.AggregateError
	if !errors.As(err, &all) {
		return fmt.Errorf("settings %T: %w", to, err)
	}
	var out []error
	for _, err := range all.Errors {
		var parse env.ParseError
		var unset env.VarIsNotSetError
		var empty env.EmptyVarError
		switch {
		case errors.As(err, &parse):
			f, _ := reflect.TypeOf(to).Elem().FieldByName(parse.Name)
			name := prefix + key(f)
			value := fmt.Sprintf("%q", environ[name])
			if f.Tag.Get("secret") == "true" {
				value = "(not shown)"
			}
			out = append(out, fmt.Errorf("setting %s: the value %s is no %s%s", name, value, kindWord(f.Type), hint(f)))
		case errors.As(err, &unset):
			out = append(out, fmt.Errorf("setting %s must be set", unset.Key))
		case errors.As(err, &empty):
			out = append(out, fmt.Errorf("setting %s must not be empty", empty.Key))
		default:
			out = append(out, fmt.Errorf("settings %T: %w", to, err))
		}
	}
	return errors.Join(out...)
}

// key returns the variable that a field is read from, without the prefix.
func key(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
	return name
}

func hint(f reflect.StructField) string {
	if h := f.Tag.Get("help"); h != "" {
		return " (" + h + ")"
	}
	return ""
}

// kindWord says in a word what sort of value a field takes.
func kindWord(t reflect.Type) string {
	switch {
	case t.String() == "time.Duration":
		return "duration, such as 90s or 2h"
	case t.String() == "slog.Level":
		return "log level"
	case t.String() == "vola.statementLog":
		return "way to log statements"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "whole number that fits"
	case reflect.Float32, reflect.Float64:
		return "number"
	}
	return t.String()
}

// setting is one line of the settings command.
type setting struct{ name, value, source, help string }

// settingsOf describes the fields of a filled settings struct.
func settingsOf(from any, prefix string, environ map[string]string) []setting {
	v := reflect.ValueOf(from).Elem()
	var out []setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := key(f)
		if name == "" {
			continue
		}
		st := setting{name: prefix + name, value: fmt.Sprint(v.Field(i).Interface()), source: "default", help: f.Tag.Get("help")}
		if _, ok := environ[st.name]; ok {
			st.source = "environment"
		}
		switch {
		case f.Tag.Get("secret") == "true" && st.value != "":
			st.value = "(set, not shown)"
		case name == "DATABASE_URL":
			st.value = database.RedactURL(st.value)
		case st.value == "":
			st.value = "(empty)"
		}
		out = append(out, st)
	}
	return out
}

// settingsCommand prints what is in force and where it comes from.
func (p *program) settingsCommand() command {
	return command{bare: true, Command: module.Command{
		Name: "settings", Help: "print the settings in force, without secrets",
		Run: func(_ context.Context, env module.Env, args []string) error {
			if len(args) > 0 {
				return module.Usagef("settings takes no arguments, but got %q", args[0])
			}
			s := &Site{cfg: p.cfg, opts: Options{Environ: p.environ}}
			if err := s.readSettings(); err != nil {
				return err
			}
			list := settingsOf(&s.set, "", p.environ)
			for _, m := range p.cfg.Modules {
				if has, ok := module.As[module.HasSettings](m); ok {
					list = append(list, settingsOf(has.Settings(), settingsPrefix(m), p.environ)...)
				}
			}
			slices.SortStableFunc(list, func(a, b setting) int { return strings.Compare(a.name, b.name) })
			w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
			for _, st := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", st.name, oneLine(st.value), st.source, st.help)
			}
			return w.Flush()
		},
	}}
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
