package i18n

import (
	"slices"
	"sync"

	"github.com/volaweb/vola/internal/cldr"
)

// maxDialects is how many tags are remembered with the language that they lead to. Those that
// visitors of a site have are far fewer.
const maxDialects = 1000

// dialects remembers which of several dialects tags lead to: to find it takes far longer than
// all else that is done to choose a language.
type dialects struct {
	mu    sync.RWMutex
	byTag map[string]*Language
}

// find returns the language of a tag, by choose if it is not known yet.
func (d *dialects) find(tag string, choose func() *Language) *Language {
	d.mu.RLock()
	l := d.byTag[tag]
	d.mu.RUnlock()
	if l != nil {
		return l
	}
	l = choose()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byTag == nil {
		d.byTag = map[string]*Language{}
	}
	if len(d.byTag) < maxDialects {
		d.byTag[tag] = l
	}
	return l
}

// dialect returns the one of some dialects that is nearest to that of a tag: what it is a
// dialect of, else one in its script that is based on what it is based on.
func (t *Texts) dialect(among []*Language, tag string) *Language {
	for _, parent := range cldr.Parents(tag) {
		if l := t.exact(parent); l != nil {
			return l
		}
	}
	script, bases := cldr.Script(tag), cldr.Bases(tag)
	best, most := among[0], -1
	for _, l := range among {
		own := l.origin()
		near := 0
		for i, base := range bases {
			if slices.Contains(own.bases, base) {
				near = len(bases) - i
				break
			}
		}
		if own.script == script {
			near += maxTag
		}
		if near > most {
			best, most = l, near
		}
	}
	return best
}

// origin is what CLDR says of the tag of a language.
type origin struct {
	script string
	bases  []string
}

// originOf reads it when it is first asked for.
func originOf(tag string) func() origin {
	return sync.OnceValue(func() origin { return origin{cldr.Script(tag), cldr.Bases(tag)} })
}
