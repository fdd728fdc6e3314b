package programs

import (
	"context"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/volaweb/vola/bench/peers/ent"
	"github.com/volaweb/vola/bench/peers/ent/author"
	"github.com/volaweb/vola/bench/peers/ent/post"
	"github.com/volaweb/vola/bench/peers/ent/topic"
)

func entByKey(ctx context.Context, client *ent.Client, id int64) (*ent.Post, error) {
	return client.Post.Get(ctx, id)
}

func entOneOrNone(ctx context.Context, client *ent.Client, slug string) (p *ent.Post, ok bool, err error) {
	p, err = client.Post.Query().Where(post.Slug(slug)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, false, nil
	}
	return p, err == nil, err
}

func entNewest(ctx context.Context, client *ent.Client) ([]*ent.Post, error) {
	return client.Post.Query().Order(post.ByPublished(entsql.OrderDesc())).Limit(10).All(ctx)
}

func entWithRelations(ctx context.Context, client *ent.Client) ([]*ent.Post, error) {
	return client.Post.Query().Order(post.ByID()).WithAuthor().WithTopics().All(ctx)
}

func entByAuthor(ctx context.Context, client *ent.Client, username string) ([]*ent.Post, error) {
	q := client.Post.Query().Where(post.HasAuthorWith(author.Username(username)))
	return q.Order(post.ByID()).All(ctx)
}

func entByTopics(ctx context.Context, client *ent.Client, names ...string) ([]*ent.Post, error) {
	return client.Post.Query().Where(post.HasTopicsWith(topic.NameIn(names...))).Order(post.ByID()).All(ctx)
}

func entOrNot(ctx context.Context, client *ent.Client, hits int64, title string) ([]*ent.Post, error) {
	popular := post.Or(post.Pinned(true), post.HitsGTE(hits))
	return client.Post.Query().Where(popular, post.Not(post.Title(title))).Order(post.ByID()).All(ctx)
}

func entFilters(ctx context.Context, client *ent.Client, username string, hits int64) ([]*ent.Post, error) {
	q := client.Post.Query().Order(post.ByID())
	if username != "" {
		q = q.Where(post.HasAuthorWith(author.Username(username)))
	}
	if hits > 0 {
		q = q.Where(post.HitsGTE(hits))
	}
	return q.All(ctx)
}

func entShow(ctx context.Context, client *ent.Client) (lines []string, err error) {
	posts, err := client.Post.Query().Order(post.ByID()).WithAuthor().WithTopics().All(ctx)
	for _, p := range posts {
		lines = append(lines, fmt.Sprintf("%s by %s, %d", p.Title, p.Edges.Author.Name, len(p.Edges.Topics)))
	}
	return lines, err
}

func entCreate(ctx context.Context, client *ent.Client, name, username string) (*ent.Author, error) {
	// snippet: create-ent
	return client.Author.Create().SetName(name).SetUsername(username).Save(ctx)
	// end snippet
}

func entCreatePost(ctx context.Context, client *ent.Client, d Draft) error {
	return client.Post.Create().SetTitle(d.Title).SetSlug(d.Slug).SetBody(d.Body).SetAuthorID(d.AuthorID).
		SetPublished(d.Published).SetHits(d.Hits).SetPinned(d.Pinned).Exec(ctx)
}

func entChange(ctx context.Context, client *ent.Client, id int64, title string, hits int64) error {
	// snippet: change-ent
	return client.Post.UpdateOneID(id).SetTitle(title).SetHits(hits).Exec(ctx)
	// end snippet
}

func entCountUp(ctx context.Context, client *ent.Client, id int64) error {
	return client.Post.Update().Where(post.ID(id)).AddHits(1).Exec(ctx)
}

func entDeleteFew(ctx context.Context, client *ent.Client, hits int64) (deleted int, err error) {
	return client.Post.Delete().Where(post.HitsLT(hits)).Exec(ctx)
}

func entGetOrCreate(ctx context.Context, client *ent.Client, name string) (t *ent.Topic, created bool, err error) {
	// snippet: get-or-create-ent
	t, err = client.Topic.Query().Where(topic.Name(name)).Only(ctx)
	if !ent.IsNotFound(err) {
		return t, false, err
	}
	t, err = client.Topic.Create().SetName(name).Save(ctx)
	if ent.IsConstraintError(err) { // another was faster
		t, err = client.Topic.Query().Where(topic.Name(name)).Only(ctx)
		return t, false, err
	}
	return t, err == nil, err
	// end snippet
}

func entCountPerGroup(ctx context.Context, client *ent.Client) (counts []AuthorCount, err error) {
	err = client.Post.Query().Order(post.ByAuthorID()).GroupBy(post.FieldAuthorID).
		Aggregate(ent.As(ent.Count(), "posts"), ent.As(ent.Sum(post.FieldHits), "hits")).Scan(ctx, &counts)
	return counts, err
}

func entSlugs(ctx context.Context, client *ent.Client) ([]string, error) {
	return client.Post.Query().Order(post.BySlug()).Select(post.FieldSlug).Strings(ctx)
}

func entHandOver(ctx context.Context, client *ent.Client, from, to int64) error {
	// snippet: transaction-ent
	tx, err := client.Tx(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := tx.Post.Update().Where(post.AuthorID(from)).SetAuthorID(to).Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.Author.Delete().Where(author.ID(from)).Exec(ctx); err != nil {
		return err
	}
	return tx.Commit()
	// end snippet
}

func entPage(ctx context.Context, client *ent.Client, number, size int) (posts []*ent.Post, pages int, err error) {
	// snippet: page-ent
	q := client.Post.Query()
	total, err := q.Clone().Count(ctx)
	if err != nil {
		return nil, 0, err
	}
	pages = max(1, (total+size-1)/size)
	if number < 1 || number > pages {
		return nil, 0, errNoPage
	}
	posts, err = q.Order(post.ByID()).Limit(size).Offset((number - 1) * size).All(ctx)
	return posts, pages, err
	// end snippet
}

func entPlainSQL(ctx context.Context, client *ent.Client, hits int64) (best []Best, err error) {
	rows, err := client.QueryContext(ctx, bestSQL, hits)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	err = entsql.ScanSlice(rows, &best)
	return best, err
}
