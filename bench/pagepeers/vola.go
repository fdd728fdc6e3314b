package pagepeers

import (
	"context"
	"fmt"
	"strings"

	"github.com/volaweb/vola"

	"github.com/volaweb/vola/bench/pagepeers/volablog"
)

// serveVola returns the Serve of the site: the command "serve" of the program
// that Vola's users have.
func serveVola(plain bool) func(context.Context, Options) error {
	return func(ctx context.Context, o Options) error {
		cfg := volablog.Config()
		if plain {
			cfg.NoRequestID, cfg.NoAccessLog, cfg.NoSecureHeaders = true, true, true
		}
		args := []string{"serve", "--database", o.Database, "--addr", o.Addr}
		if status := vola.Run(ctx, cfg, args, nil, strings.NewReader(""), o.Stdout, o.Stderr); status != 0 {
			return fmt.Errorf("vola serve ended with the status %d", status)
		}
		return nil
	}
}
