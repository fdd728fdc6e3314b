// Command vola makes sites and keeps what is generated in them up to date.
//
//	vola new NAME      make a site
//	vola app NAME      add a module to the site in this folder
//	vola gen [DIR...]  write the typed descriptors of models
//	vola messages [DIR]  find the texts to translate, and update the catalogues
//	vola js add NAME@VERSION  store a package of npm for browsers; also remove, outdated, verify
//	vola version       print the version
//
// What a site does by itself (serve, migrate, check) are commands of the site:
// go run . help.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/volaweb/vola/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := cli.Failed
	if dir, err := os.Getwd(); err != nil {
		os.Stderr.WriteString("vola: the folder that this is run in is gone: " + err.Error() + "\n")
	} else {
		status = run(ctx, os.Args[1:], env{stdout: os.Stdout, stderr: os.Stderr, dir: dir, environ: os.Environ()})
	}
	stop()
	os.Exit(status)
}
