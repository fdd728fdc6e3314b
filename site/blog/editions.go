package blog

import (
	"cmp"
	"context"
	"net/http"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
)

// On a site whose languages have paths of their own each language is an edition: its lists,
// feeds and search have the posts in that language. Those in a language that the site has
// not are in the first edition. A site of one language has one edition, and so has one
// whose languages share their paths.

// editions says which posts are in which edition.
type editions struct {
	texts *i18n.Texts
	many  bool
}

func editionsOf(h *module.Host) editions { return editions{h.Texts, h.Site.LanguagePaths} }

// tags returns what the paths of all editions begin with, "" of the first.
func (e editions) tags() []string {
	if !e.many {
		return []string{""}
	}
	return append([]string{""}, e.texts.PathTags()...)
}

// of returns the edition of a request.
func (e editions) of(ctx context.Context) string {
	if !e.many {
		return ""
	}
	return i18n.PathTag(ctx)
}

// ofText returns the edition that a text in a language is in.
func (e editions) ofText(lang string) string {
	if !e.many {
		return ""
	}
	l := e.texts.Language(lang)
	if l == nil {
		return ""
	}
	return e.texts.PathTag(l)
}

// language returns the language of an edition.
func (e editions) language(edition string) *i18n.Language {
	return cmp.Or(e.texts.Language(edition), e.texts.Default())
}

// elsewhere leads readers who ask for a post in another edition than its own to it.
func (b articles) elsewhere(w http.ResponseWriter, r *http.Request, p Post) (led bool, err error) {
	if !b.store.editions.many || p.Edition == b.store.editions.of(r.Context()) {
		return false, nil
	}
	to, err := b.links.post(p)
	if err != nil {
		return false, err
	}
	return true, web.Redirect(w, r, to, http.StatusMovedPermanently)
}

// inLanguages are the links of a page to itself in the site's languages.
type inLanguages struct {
	Same []i18n.Alternate // for programs: where it says the same in another language
	Menu []i18n.Alternate // for readers: where else there is nothing, the edition's beginning
}

// everywhere is for a page that all editions have.
func everywhere(ctx context.Context) inLanguages {
	all := i18n.Alternates(ctx)
	return inLanguages{all, all}
}

// onlyHere is for a page that other editions may not have.
func (b *Blog) onlyHere(ctx context.Context) (out inLanguages, err error) {
	for _, a := range i18n.Alternates(ctx) {
		if !a.Current {
			if a.Path, err = b.URLIn(a.Language, "blog:index"); err != nil {
				return out, err
			}
		}
		out.Menu = append(out.Menu, a)
	}
	return out, nil
}

// translated is for the page of a post, which other editions have if it was translated.
func (b articles) translated(ctx context.Context, p Post) (inLanguages, error) {
	out, err := b.onlyHere(ctx)
	if err != nil || len(out.Menu) == 0 {
		return out, err
	}
	original := cmp.Or(p.TranslationOf, p.Slug)
	posts, err := b.store.anyEdition().Where(Posts.Page.Eq(p.Page), orm.Or(Posts.TranslationOf.Eq(original), Posts.Slug.Eq(original))).
		OrderBy(newest()...).All(ctx)
	if err != nil {
		return out, err
	}
	for i, a := range out.Menu {
		for _, t := range posts {
			// By tags, as in development the languages are made again for each request.
			if t.ID == p.ID && !a.Current || b.store.editions.language(t.Edition).Tag() != a.Tag() || a.Current && t.ID != p.ID {
				continue
			}
			if a.Path, err = b.links.post(t); err != nil {
				return out, err
			}
			out.Menu[i] = a
			out.Same = append(out.Same, a)
			break
		}
	}
	if len(out.Same) == 1 { // itself
		out.Same = nil
	}
	return out, nil
}
