package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fetch"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"

	"github.com/volaweb/vola/examples/sync/migrations"
)

// snippet: model

// Article is one that another system has too, under a number of its own.
type Article struct {
	ID     int64
	Number int64  `db:"unique"`
	Title  string `db:"size=100"`
}

// end snippet

// Catalogue is the module that keeps the articles.
type Catalogue struct{}

func (Catalogue) Name() string                    { return "catalogue" }
func (Catalogue) Migrations() []migrate.Migration { return migrations.All() }

// Models declares that articles are looked up by their number: the program
// does not start when nothing keeps the numbers apart.
func (Catalogue) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Article](orm.LookupBy("Number"))}
}

// Commands has "sync NUMBER...".
func (Catalogue) Commands() []module.Command {
	return []module.Command{{
		Name: "sync", Args: "NUMBER...", Help: "get or create the articles of these numbers, all at once, and delete them", Run: syncAll,
	}}
}

// syncAll does as many things at a time as there are numbers.
func syncAll(ctx context.Context, env module.Env, args []string) error {
	numbers := make([]int64, len(args))
	for i, arg := range args {
		var err error
		if numbers[i], err = strconv.ParseInt(arg, 10, 64); err != nil {
			return module.Usagef("%q is not the number of an article", arg)
		}
	}
	lines := fetch.Each(ctx, numbers, len(numbers), func(ctx context.Context, number int64) (string, error) {
		return syncOne(ctx, env.Host.DB, number)
	})
	for line, err := range lines {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(env.Stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// snippet: one

// syncOne gets or creates the article of that number, and deletes it.
func syncOne(ctx context.Context, db *database.DB, number int64) (string, error) {
	article, created, err := orm.GetOrCreate(ctx, db, orm.By(Articles.Number.Set(number)), download)
	if err != nil {
		return "", err
	}
	// A condition, and not the row: that another has deleted it is no error.
	if _, err := orm.From[Article](db).Where(Articles.Number.Eq(number)).Delete(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d created? %t", article.Number, created), nil
}

// download is called only where the article is not there. A real one would ask
// the other system.
func download(context.Context) (Article, error) {
	return Article{Title: "Something special"}, nil
}

// end snippet
