package blog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/search"
	"github.com/volaweb/vola/site/jekyll"
)

// previewKeyLength is the length of a key of 128 bits in hexadecimal.
const previewKeyLength = 32

// maxTries is how often storing a post is tried when others take its slug, or
// make its author, at the same moment. Of those who are in each other's way one
// succeeds every time, so this is also how many there may be.
const maxTries = 50

// file is a document with where it came from.
type file struct {
	path   string // its identity, with the folder
	folder string // see Origin
	was    string // the one it had as a draft, "" if it cannot have had one
	hash   string
	source string
	doc    jekyll.Document
	ours   bool // what it asks for besides being shown is done
}

// outcome says what became of a file.
type outcome int

const (
	unchanged outcome = iota
	imported
	updated
)

// store finds and writes the blog's rows. It is safe for concurrent use.
type store struct {
	db     *database.DB
	now    func() time.Time
	newKey func() (string, error) // makes the keys of previews
	links  links
	host   *module.Host
	index  index

	editions editions
	kept     map[string]*keptOverview // by edition
}

func newStore(h *module.Host, newKey func() (string, error)) *store {
	s := &store{
		db: h.DB, now: h.Now, newKey: newKey, links: links{h}, host: h, index: indexOf(h.DB),
		editions: editionsOf(h), kept: map[string]*keptOverview{},
	}
	for _, tag := range s.editions.tags() {
		s.kept[tag] = new(keptOverview)
	}
	s.forget()
	return s
}

// put stores a file, as a whole or not at all, and returns its post.
func (s *store) put(ctx context.Context, f file) (p Post, done outcome, err error) {
	for range maxTries {
		err = s.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			s.forgetAfter(tx)
			p, done, err = s.putIn(ctx, tx, f)
			return err
		})
		if !errors.Is(err, database.ErrUnique) && !errors.Is(err, database.ErrSerialization) {
			break
		}
	}
	return p, done, err
}

func (s *store) putIn(ctx context.Context, tx *database.Tx, f file) (Post, outcome, error) {
	origin, err := s.originOf(ctx, tx, f)
	if err != nil {
		return Post{}, 0, err
	}
	var p Post
	done := imported
	if origin != nil {
		p, done = *origin.Post.Row(), updated
		if origin.Hash == f.hash && origin.Path == f.path {
			if origin.Folder != f.folder {
				origin.Folder = f.folder
				err = orm.Update(ctx, tx, origin, Origins.Folder)
			}
			return p, unchanged, err
		}
	}
	before := p
	author, err := findAuthor(ctx, tx, f.doc.Username, f.doc.Author)
	if err != nil {
		return p, 0, err
	}
	if p.Demo = ""; f.ours {
		p.Demo = f.doc.Demo
	}
	if err := s.fill(ctx, tx, &p, f.doc); err != nil {
		return p, 0, err
	}
	p.Author.ID = author.ID
	if err := write(ctx, tx, &p, done); err != nil {
		return p, 0, err
	}
	if err := s.announce(ctx, tx, before, p); err != nil {
		return p, 0, err
	}
	topics, err := setTopics(ctx, tx, &p, f.doc.Topics)
	if err != nil {
		return p, 0, err
	}
	if err := s.writeBody(ctx, tx, p, f, author, topics); err != nil {
		return p, 0, err
	}
	if err := s.writeOldPaths(ctx, tx, before, p, f.doc.OldPaths); err != nil {
		return p, 0, err
	}
	if origin == nil {
		return p, done, orm.Create(ctx, tx, &Origin{Path: f.path, Folder: f.folder, Hash: f.hash, Post: orm.RefTo[Post](p.ID)})
	}
	origin.Hash, origin.Path, origin.Folder = f.hash, f.path, f.folder
	return p, done, orm.Update(ctx, tx, origin, Origins.Hash, Origins.Path, Origins.Folder)
}

// remove removes the posts that came from these files, and remembers when: there
// is one row that says it.
func (s *store) remove(ctx context.Context, origins []Origin) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		s.forgetAfter(tx)
		for _, o := range origins {
			if _, err := orm.From[Post](tx).Where(Posts.ID.Eq(o.Post.ID)).Delete(ctx); err != nil {
				return fmt.Errorf("remove the post of %s: %w", o.Path, err)
			}
		}
		last, _, err := orm.From[Removal](tx).Lookup(ctx)
		if err != nil {
			return err
		}
		return orm.Save(ctx, tx, &last) // a new row if there was none
	})
}

// originOf returns what is known of a file, or of the draft that it was.
func (s *store) originOf(ctx context.Context, tx *database.Tx, f file) (*Origin, error) {
	for _, path := range []string{f.path, f.was} {
		if path == "" {
			continue
		}
		origin, err := first(ctx, orm.From[Origin](tx).Where(Origins.Path.Eq(path)).With(Origins.Post))
		if err != nil {
			return nil, err
		}
		// The draft of that name of another folder is another's.
		if origin != nil && (path == f.path || origin.Folder == "" || origin.Folder == f.folder) {
			return origin, nil
		}
	}
	return nil, nil
}

// fill gives the post what the document says, but for its relations.
func (s *store) fill(ctx context.Context, tx *database.Tx, p *Post, doc jekyll.Document) error {
	p.Title, p.Excerpt, p.Whole, p.Page, p.Interview, p.Lang = doc.Title, doc.Excerpt, doc.Whole, doc.Page, doc.Interview, doc.Lang
	p.Edition, p.TranslationOf = s.editions.ofText(doc.Lang), doc.TranslationOf
	switch {
	case !doc.Published:
		p.Published, p.Zone, p.Month = nil, cmp.Or(doc.Zone, "UTC"), ""
	case !doc.Date.IsZero():
		p.publish(doc.Date, cmp.Or(doc.Zone, "UTC"))
	case p.Published == nil: // a page that says no date is there from now on
		p.publish(s.now(), "UTC")
	}
	if p.PreviewKey == "" {
		var err error
		if p.PreviewKey, err = s.newKey(); err != nil {
			return err
		}
	}
	if p.ID != 0 && keepsSlug(p.Slug, doc.Slug) {
		return nil
	}
	slug, err := freeSlug(ctx, tx, doc.Slug)
	p.Slug = slug
	return err
}

var slugNumber = regexp.MustCompile(`^-[0-9]+$`)

// keepsSlug reports whether a post that has a slug keeps it when its file asks
// for another: it is that one, perhaps with the number that made it free.
func keepsSlug(has, wants string) bool {
	rest, ok := strings.CutPrefix(has, wants)
	return ok && (rest == "" || slugNumber.MatchString(rest))
}

// write stores the row of the post.
func write(ctx context.Context, tx *database.Tx, p *Post, done outcome) error {
	if done == imported {
		return orm.Create(ctx, tx, p)
	}
	return orm.Update(ctx, tx, p, Posts.Title, Posts.Slug, Posts.Page, Posts.Excerpt, Posts.Whole, Posts.Lang, Posts.Edition, Posts.TranslationOf, Posts.Author,
		Posts.Published, Posts.Zone, Posts.Month, Posts.Interview, Posts.PreviewKey, Posts.Demo)
}

func (s *store) writeBody(ctx context.Context, tx *database.Tx, p Post, f file, author Author, topics []*Topic) error {
	words := []string{f.doc.Text, author.Name(), author.Username}
	for _, t := range topics {
		words = append(words, t.Name)
	}
	body := Body{
		Post: orm.RefTo[Post](p.ID), Heading: search.Fold(p.Title), Words: search.Fold(strings.Join(words, " \n")),
		Text: f.doc.Text, HTML: f.doc.HTML, Source: f.source,
	}
	if err := s.index.write(ctx, tx, body); err != nil {
		return err
	}
	_, err := orm.Upsert(ctx, tx, []Body{body}, orm.OnConflict(Bodies.Post).
		Update(Bodies.Heading, Bodies.Words, Bodies.Text, Bodies.HTML, Bodies.Source))
	return err
}

// writeOldPaths remembers the paths that the document names, and the address
// that the post had before it got another.
func (s *store) writeOldPaths(ctx context.Context, tx *database.Tx, before, p Post, paths []string) error {
	if before.ID != 0 && before.visibleAt(s.now()) {
		was, err := s.links.post(before)
		if err != nil {
			return err
		}
		paths = append([]string{was}, paths...)
	}
	is, err := s.links.post(p)
	if err != nil {
		return err
	}
	var rows []OldPath
	seen := map[string]bool{"": true, oldPathKey(is): true}
	for _, path := range paths {
		if path = oldPathKey(path); !seen[path] {
			seen[path] = true
			rows = append(rows, OldPath{Path: path, Post: orm.RefTo[Post](p.ID)})
		}
	}
	_, err = orm.Upsert(ctx, tx, rows, orm.OnConflict(OldPaths.Path).Update(OldPaths.Post)) // the newest post counts
	return err
}

// freeSlug returns the slug, with -2, -3 and so on after it where another
// post has it already.
func freeSlug(ctx context.Context, h database.Handle, slug string) (string, error) {
	const room = 190 // of the 200 characters, for the number
	if runes := []rune(slug); len(runes) > room {
		slug = string(runes[:room])
	}
	free := slug
	for n := 2; ; n++ {
		taken, err := orm.From[Post](h).Where(Posts.Slug.Eq(free)).Exists(ctx)
		if err != nil || !taken {
			return free, err
		}
		free = fmt.Sprintf("%s-%d", slug, n)
	}
}

// findAuthor returns the author of that user name, made now if there is none.
func findAuthor(ctx context.Context, h database.Handle, username, name string) (Author, error) {
	if username == "" {
		username, name = "anonymous", "Anonymous"
	}
	a, _, err := orm.GetOrCreate(ctx, h, orm.By(Authors.Username.Set(username)), func(context.Context) (Author, error) {
		return Author{FullName: strings.TrimSpace(name)}, nil
	})
	return a, err
}

// setTopics gives the post these topics and no others.
func setTopics(ctx context.Context, tx *database.Tx, p *Post, wanted []jekyll.Topic) ([]*Topic, error) {
	var slugs []string
	for _, t := range wanted {
		slugs = append(slugs, t.Slug)
	}
	topics, err := orm.GetOrCreateEach(ctx, tx, Topics.Slug.Set, slugs...)
	if err != nil {
		return nil, err
	}
	for i, t := range topics {
		if t.Name == "" { // it is new
			t.Name = wanted[i].Name
			if err := orm.Update(ctx, tx, t, Topics.Name); err != nil {
				return nil, err
			}
		}
	}
	return topics, Posts.Topics.Set(ctx, tx, p, topics...)
}
