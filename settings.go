package vola

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// settings are the site's own.
type settings struct {
	DatabaseURL     string        `env:"DATABASE_URL" envDefault:"sqlite:site.db" help:"the database: sqlite:FILE or postgres://..."`
	Addr            string        `env:"ADDR" envDefault:"127.0.0.1:8000" help:"the address to listen on"`
	BaseURL         string        `env:"BASE_URL" help:"scheme and host under which people reach the site"`
	AllowedHosts    string        `env:"ALLOWED_HOSTS" help:"hosts that are answered beside that of BASE_URL, with commas between them: a name, or .name for it and all below it"`
	TrustedProxies  string        `env:"TRUSTED_PROXIES" help:"addresses and networks of proxies that are believed who a visitor is, with commas between them, such as 127.0.0.1 or 10.0.0.0/8"`
	LogLevel        slog.Level    `env:"LOG_LEVEL" envDefault:"INFO" help:"DEBUG, INFO, WARN or ERROR"`
	MaxRequests     int           `env:"MAX_REQUESTS" envDefault:"100" help:"requests at work at the same time; the same number again waits for up to 5 seconds, all others get 503"`
	Timeout         time.Duration `env:"REQUEST_TIMEOUT" envDefault:"30s" help:"how long a request may be at work; 0 means for ever"`
	TimeZone        string        `env:"TIME_ZONE" envDefault:"UTC" help:"the zone that times are shown in, such as Europe/Rome"`
	LogSQL          statementLog  `env:"LOG_SQL" envDefault:"off" help:"log statements: off, on, or redacted (without arguments)"`
	StorageURL      string        `env:"STORAGE_URL" envDefault:"disk:files" help:"where files that people send are kept: disk:FOLDER, or a URL of another driver"`
	CacheURL        string        `env:"CACHE_URL" envDefault:"memory:64MB" help:"where computed values are kept: memory:SIZE for each process on its own, database: for all with the same database, or a URL of another driver"`
	MailURL         string        `env:"MAIL_URL" envDefault:"console:" help:"how mails are sent: console: prints them, dir:FOLDER keeps them as files, smtp://USER:PASSWORD@HOST sends them"`
	MailFrom        string        `env:"MAIL_FROM" help:"the address that mails come from: shop@example.org, or Shop <shop@example.org>"`
	SecurityContact string        `env:"SECURITY_CONTACT" help:"whom to tell of a vulnerability, for /.well-known/security.txt: mailto:NAME@HOST or https://..."`
	SecretKey       string        `env:"SECRET_KEY" secret:"true" help:"signs links and fields that come back: a random text of at least 32 characters, the same on all servers"`
	OldKeys         string        `env:"SECRET_KEY_FALLBACKS" secret:"true" help:"keys of before, with commas between them: what they signed is still accepted"`

	vars    variables      // that all were read from
	zone    *time.Location // of TimeZone
	proxies []netip.Prefix
	hosts   middleware.HostList
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

// readSettings reads the settings of the site, and fills those of its modules.
func readSettings(modules []module.Module, opts Options) (settings, error) {
	var set settings
	vars, err := variables{values: opts.Environ, origins: opts.origins}.resolve(settingNames(modules))
	errs := []error{err, parseSettings(&set, "", vars.values), set.check()}
	set.vars = vars
	if opts.BaseURL != "" {
		set.BaseURL = opts.BaseURL
	}
	set.BaseURL, err = checkBaseURL(set.BaseURL)
	errs = append(errs, err)
	for _, m := range modules {
		if has, ok := module.As[module.HasSettings](m); ok {
			errs = append(errs, parseSettings(has.Settings(), settingsPrefix(m), vars.values))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return set, cli.ConfigError{Err: err}
	}
	return set, nil
}

// check returns what is wrong with values that can be read.
func (s *settings) check() error {
	var errs []error
	if s.MaxRequests < 1 {
		errs = append(errs, fmt.Errorf("setting MAX_REQUESTS: the value %d is less than 1", s.MaxRequests))
	}
	var err error
	if s.zone, err = time.LoadLocation(s.TimeZone); err != nil {
		errs = append(errs, fmt.Errorf("setting TIME_ZONE: %q is not the name of a time zone, such as Europe/Rome: %w", s.TimeZone, err))
	}
	errs = append(errs, s.checkKeys(), s.checkEdge())
	if s.Timeout < 0 {
		errs = append(errs, fmt.Errorf("setting REQUEST_TIMEOUT: the value %v is less than 0", s.Timeout))
	}
	return errors.Join(errs...)
}

// deadline is the timeout as middleware.Work takes it.
func (s *settings) deadline() time.Duration {
	if s.Timeout == 0 {
		return web.NoDeadline
	}
	return s.Timeout
}

// doubtfulSettings names the variables that no setting is read from, but that
// are nearly written like one, and files with secrets that everybody can read.
func (s *Site) doubtfulSettings() []string {
	out := s.misspelledSettings()
	for _, path := range s.set.vars.readable {
		out = append(out, fmt.Sprintf("everybody on this machine can read %s, which has a secret; run: chmod 600 %s", path, path))
	}
	return out
}

// misspelledSettings names the variables that are nearly written like a setting.
func (s *Site) misspelledSettings() []string {
	known := map[string]bool{}
	for _, st := range allSettings(s.cfg.Modules, &s.set) {
		known[st.Name], known[st.Name+fileSuffix] = true, true
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.opts.Environ)) {
		if near := nearest.Within(name, slices.Collect(maps.Keys(known)), 1+min(len(name)/6, 1)); near != "" && !known[name] {
			out = append(out, fmt.Sprintf("the variable %s is not a setting; did you mean %s?", name, near))
		}
	}
	return out
}

// allSettings describes the settings of the site and its modules.
func allSettings(modules []module.Module, set *settings) []setting {
	list := settingsOf(set, "", set.vars)
	for _, m := range modules {
		if has, ok := module.As[module.HasSettings](m); ok {
			list = append(list, settingsOf(has.Settings(), settingsPrefix(m), set.vars)...)
		}
	}
	return list
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

// setting is one line of the settings command, and one object of its JSON.
type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // as people may see it
	Source string `json:"source"`
	Help   string `json:"help"`
	Secret bool   `json:"secret"`
}

// settingsOf describes the fields of a filled settings struct.
func settingsOf(from any, prefix string, vars variables) []setting {
	v := reflect.ValueOf(from).Elem()
	var out []setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := key(f)
		if name == "" {
			continue
		}
		name = prefix + name
		st := setting{
			Name: name, Value: fmt.Sprint(v.Field(i).Interface()), Source: vars.origin(name),
			Help: f.Tag.Get("help"), Secret: f.Tag.Get("secret") == "true",
		}
		switch {
		case st.Secret && st.Value != "":
			st.Value = "(set, not shown)"
		case st.Value == "":
			st.Value = "(empty)"
		case strings.HasSuffix(name, "_URL"):
			st.Value = database.RedactURL(st.Value)
		}
		out = append(out, st)
	}
	return out
}
