package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/gomod"
	"github.com/volaweb/vola/internal/scaffold"
)

func (e env) versionCommand() cli.Command {
	return cli.Command{
		Name: "version", Help: "print the version of vola and of Go",
		Run: func(_ context.Context, args []string) error {
			fmt.Fprintf(e.stdout, "vola %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}

// version returns the version of the module that this program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == scaffold.VolaPath && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// checkout returns the folder with the source that this program was built
// from; "" where that is not on this machine any more, and for a program built
// from a published version, which go.mod files can name.
func checkout() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) { // built with -trimpath
		return ""
	}
	dir := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if published := strings.Contains(filepath.Base(dir), "@"); published || checkSource(dir) != nil {
		return ""
	}
	return dir
}

// checkSource reports why dir is not a folder with Vola's source.
func checkSource(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return fmt.Errorf("%s has no go.mod that can be read; name a folder with the source of Vola", dir)
	}
	if path := gomod.Path(text); path != scaffold.VolaPath {
		return fmt.Errorf("%s holds the Go module %q, not the source of Vola", dir, path)
	}
	return nil
}
