package templates

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Versioned is a [Loader] whose files may change while the program runs, and
// which can tell at little cost whether they have. A [Set] asks before each
// page, and reads all templates again when the answer is another one, so that
// an edit is seen on the next request. When the new templates have errors,
// or Version fails, pages are rendered with the previous files; see [Set.Err].
type Versioned interface {
	Loader
	// Version returns a text that is different after every change.
	Version(ctx context.Context) (string, error)
}

// versions returns what the loaders say of themselves.
func (s *Set) versions(ctx context.Context) (string, error) {
	var all []string
	for _, loader := range s.versioned {
		v, err := loader.Version(ctx)
		if err != nil {
			return "", fmt.Errorf("version of the templates of %T: %w", loader, err)
		}
		all = append(all, v)
	}
	return strings.Join(all, "\x00"), nil
}

// refresh reads the templates again if they have changed.
func (s *Set) refresh(ctx context.Context) {
	if len(s.versioned) == 0 {
		return
	}
	now, err := s.versions(ctx)
	if known := s.version.Load(); err != nil || known != nil && *known == now {
		return // the page that there is
	}
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if known := s.version.Load(); known == nil || *known != now {
		s.version.Store(&now)
		_ = s.reload() // Err has it
	}
}

// flat returns the loaders of a chain, and those of chains in it.
func (c Chain) flat() []Loader {
	if !slices.ContainsFunc(c, func(l Loader) bool { _, nested := l.(Chain); return nested }) {
		return c
	}
	var all []Loader
	for _, loader := range c {
		if inner, ok := loader.(Chain); ok {
			all = append(all, inner.flat()...)
			continue
		}
		all = append(all, loader)
	}
	return all
}
