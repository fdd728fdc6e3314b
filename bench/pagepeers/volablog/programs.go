package volablog

import (
	"context"
	"fmt"
	"strings"

	"github.com/volaweb/vola"

	"github.com/volaweb/vola/bench/pagepeers"
)

// Programs returns the site, with all that is on by default and without.
func Programs() []pagepeers.Program {
	return []pagepeers.Program{
		{Name: "vola", About: "a site of Vola with all that is on by default", Command: "vola", Serve: serve(false)},
		{Name: "vola-plain", About: "the same without request ids, access log and security headers", Command: "vola", Serve: serve(true)},
	}
}

// serve returns the Serve of the site: the command "serve" of the program that
// Vola's users have.
func serve(plain bool) func(context.Context, pagepeers.Options) error {
	return func(ctx context.Context, o pagepeers.Options) error {
		cfg := Config()
		if plain {
			cfg.NoRequestID, cfg.NoAccessLog, cfg.NoSecureHeaders = true, true, true
		}
		args := []string{"serve", "--database", o.Database, "--addr", o.Addr}
		environ := []string{"SECRET_KEY=the key of a site that is only measured"}
		if status := vola.Run(ctx, cfg, args, environ, strings.NewReader(""), o.Stdout, o.Stderr); status != 0 {
			return fmt.Errorf("vola serve ended with the status %d", status)
		}
		return nil
	}
}
