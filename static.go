package vola

import (
	"context"
	"path/filepath"
	"runtime"

	"github.com/volaweb/vola/web/assets"
)

// readStatic collects the static files.
func (s *Site) readStatic() error {
	var err error
	s.static, err = assets.New(assets.Config{Layers: s.sources().layers(), Dev: s.opts.Dev, Codings: s.cfg.StaticCodings})
	return err
}

// compressStatic compresses the static files in the background. What it returns waits until that has
// ended, which it does with ctx.
func (s *Site) compressStatic(ctx context.Context) (wait func()) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		dir, named := s.staticCache()
		err := s.static.Compress(ctx, dir)
		switch {
		case err == nil:
		case named:
			s.opts.Log.Warn("compressed static files cannot be kept, so each start compresses them: change STATIC_CACHE", "folder", dir, "error", err)
		default:
			s.opts.Log.Debug("compressed static files are not kept: set STATIC_CACHE", "folder", dir, "error", err)
		}
	}()
	return func() {
		stop()
		<-done
	}
}

// staticCache returns the folder that keeps compressed files, and whether a setting names it; "" for
// none.
func (s *Site) staticCache() (dir string, named bool) {
	switch value := s.set.StaticCache; value {
	case "":
	case "off":
		return "", true
	default:
		if !filepath.IsAbs(value) {
			value = filepath.Join(s.cfg.Dir, value)
		}
		return value, true
	}
	// As os.UserCacheDir, but by the environment that the site was given.
	base := s.opts.Environ["XDG_CACHE_HOME"]
	home := s.opts.Environ["HOME"]
	switch {
	case runtime.GOOS == "windows":
		base = s.opts.Environ["LocalAppData"]
	case runtime.GOOS == "darwin" && home != "":
		base = filepath.Join(home, "Library", "Caches")
	case base == "" && home != "":
		base = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(base) {
		return "", false
	}
	// Files are kept by their content, so sites can share the folder.
	return filepath.Join(base, "vola", "static"), false
}
