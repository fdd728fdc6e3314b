package pagepeers

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Main serves one of the programs as the arguments of the process say, until
// SIGINT or SIGTERM, and exits; see [Serve].
func Main(programs []Program) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := Serve(ctx, programs, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
