package smtp

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/volaweb/vola/mail"
)

// Driver opens senders by URLs of the schemes smtp and smtps; for vola.Config.Mailers.
var Driver mail.Driver = driver{}

type driver struct{}

func (driver) Schemes() []string { return []string{"smtp", "smtps"} }

func (driver) Open(raw, host string) (mail.Sender, error) {
	cfg, err := parse(raw)
	if err != nil {
		return nil, err
	}
	cfg.Name = host
	return New(cfg)
}

// parse reads a URL. Errors have nothing of it that may be a password.
func parse(raw string) (Config, error) {
	const form = "write smtp://USER:PASSWORD@HOST:PORT, with signs other than letters and digits in USER and PASSWORD as %40 and so on"
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.Fragment != "" ||
		strings.Contains(u.Path+u.RawQuery, "@") {
		return Config{}, fmt.Errorf("smtp: the URL of the mail server cannot be read; %s", form)
	}
	cfg := Config{Host: u.Hostname()}
	switch strings.ToLower(u.Scheme) {
	case "smtp":
	case "smtps":
		cfg.Security = TLS
	default:
		return Config{}, fmt.Errorf("smtp: the URL of the mail server cannot be read; %s", form)
	}
	if port := u.Port(); port != "" {
		if cfg.Port, err = strconv.Atoi(port); err != nil || cfg.Port < 1 || cfg.Port > 65535 {
			return Config{}, fmt.Errorf("smtp: the port of the URL is not a number from 1 to 65535")
		}
	}
	if u.User != nil {
		cfg.Username = u.User.Username()
		cfg.Password, _ = u.User.Password()
		if cfg.Username == "" || cfg.Password == "" {
			return Config{}, errors.New("smtp: the URL has a user name without a password, or the other way round; " + form)
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, errors.New("smtp: what is after ? in the URL cannot be read; only tls=off can stand there")
	}
	for name, values := range query {
		if name != "tls" || len(values) != 1 || values[0] != "off" || cfg.Security == TLS {
			return Config{}, errors.New("smtp: what is after ? in the URL is not known; only tls=off of smtp:// can stand there")
		}
		cfg.Security = Off
	}
	return cfg, nil
}
