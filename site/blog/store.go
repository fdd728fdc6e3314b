package blog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/markup"
)

// add stores a document as a new post, with its author and topics.
func add(ctx context.Context, tx *database.Tx, doc markup.Document) (Post, error) {
	p := Post{
		Title: doc.Title, HTML: doc.HTML, Excerpt: doc.Excerpt, Text: doc.Text,
	}
	if doc.Published {
		p.publish(doc.Date, doc.Zone)
	}
	author, err := findAuthor(ctx, tx, doc.Username, doc.Author)
	if err != nil {
		return p, err
	}
	p.Author.ID = author.ID
	if p.Slug, err = freeSlug(ctx, tx, doc.Slug); err != nil {
		return p, err
	}
	if err := orm.Create(ctx, tx, &p); err != nil {
		return p, err
	}
	var topics []*Topic
	for _, t := range doc.Topics {
		topic, err := findTopic(ctx, tx, t)
		if err != nil {
			return p, err
		}
		topics = append(topics, &topic)
	}
	return p, Posts.Topics.Set(ctx, tx, &p, topics...)
}

// freeSlug returns the slug, with -2, -3 and so on behind it where another
// post has it already.
func freeSlug(ctx context.Context, h database.Handle, slug string) (string, error) {
	taken, err := orm.From[Post](h).Where(Posts.Slug.HasPrefix(slug)).All(ctx)
	if err != nil {
		return "", err
	}
	used := map[string]bool{}
	for _, p := range taken {
		used[p.Slug] = true
	}
	free := slug
	for n := 2; used[free]; n++ {
		free = fmt.Sprintf("%s-%d", slug, n)
	}
	return free, nil
}

// findAuthor returns the author of that user name, made now if there is none.
func findAuthor(ctx context.Context, h database.Handle, username, name string) (Author, error) {
	if username == "" {
		username, name = "anonymous", "Anonymous"
	}
	a, err := orm.From[Author](h).Where(Authors.Username.Eq(username)).Get(ctx)
	if errors.Is(err, orm.ErrNotFound) {
		a = Author{Username: username, FullName: strings.TrimSpace(name)}
		err = orm.Create(ctx, h, &a)
	}
	return a, err
}

// findTopic returns the topic with that slug, made now if there is none.
func findTopic(ctx context.Context, h database.Handle, t markup.Topic) (Topic, error) {
	found, err := orm.From[Topic](h).Where(Topics.Slug.Eq(t.Slug)).Get(ctx)
	if errors.Is(err, orm.ErrNotFound) {
		found = Topic{Name: t.Name, Slug: t.Slug}
		err = orm.Create(ctx, h, &found)
	}
	return found, err
}
