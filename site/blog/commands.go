package blog

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/volaweb/vola/module"
)

// Commands returns the module's commands.
func (b *Blog) Commands() []module.Command {
	c := commands{b}
	return []module.Command{c.imports(), c.begin(), c.publish(), c.preview()}
}

// commands makes the module's commands.
type commands struct{ *Blog }

func (b commands) imports() module.Command {
	var zoneName string
	var dryRun, prune, moved bool
	return module.Command{
		Name: "import", Args: "DIR", Help: "import a blog as Jekyll has it: posts in _posts, pictures, assets",
		Flags: func(flags *flag.FlagSet) {
			zoneFlag(&zoneName)(flags)
			flags.BoolVar(&dryRun, "dry-run", false, "read everything and report, but change nothing")
			flags.BoolVar(&prune, "prune", false, "remove the posts that came from files which are not in DIR any more")
			flags.BoolVar(&moved, "moved", false, "DIR is a folder that was imported before, from another place: its posts are the same")
		},
		Run: func(ctx context.Context, env module.Env, args []string) error {
			dir := args[0]
			loc, err := parseZoneFlag(zoneName)
			if err != nil {
				return err
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				return fmt.Errorf("open the folder to import: %w", err)
			}
			defer root.Close()
			folder, err := absoluteFolder(dir)
			if err != nil {
				return err
			}
			im := b.importer(root.FS(), folder)
			im.zone, im.dryRun, im.prune, im.moved, im.progress = loc, dryRun, prune, moved, progressBar(env.Stderr)
			if above, err := os.OpenRoot(filepath.Dir(filepath.FromSlash(im.folder))); err == nil {
				defer above.Close()
				im.above = above.FS()
			}
			r, err := im.run(ctx)
			if err != nil {
				r.print(env.Stdout, dryRun)
				return err
			}
			return r.print(env.Stdout, dryRun)
		},
	}
}

// parseZoneFlag returns the zone that a person names, nil for none.
func parseZoneFlag(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	// The zone of this machine says nothing about where the posts were written.
	if loc, err := parseZone(name, time.LoadLocation); err == nil && name != "Local" {
		return loc, nil
	}
	return nil, module.Usagef("--timezone %q is not a time zone; write a name such as Asia/Kolkata or an offset such as +05:30", name)
}
