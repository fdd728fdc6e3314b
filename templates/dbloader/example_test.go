package dbloader_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/templates/dbloader"
)

// A template in the database goes before the file of that name.
func Example() {
	if err := render(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: Good evening, Ann
}

func render(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := database.Open(ctx, database.Config{
		URL: "sqlite:" + filepath.Join(dir, "site.db"), Drivers: []database.Driver{sqlite.Driver}, Create: true,
	})
	if err != nil {
		return err
	}
	defer db.Close()
	// In a site the module that lists dbloader.Model does this.
	models, err := orm.NewModels(orm.Group{Module: "site", Models: []orm.Declaration{dbloader.Model()}})
	if err != nil {
		return err
	}
	if err := errors.Join(orm.Use(db, models), models.CreateTables(ctx, db)); err != nil {
		return err
	}

	hello := templates.Page[string]("hello.html")
	loaders := []templates.Loader{
		dbloader.New(func() *database.DB { return db }),
		templates.Memory{"hello.html": "Hello, {{.}}\n"},
	}
	if err := dbloader.Put(ctx, db, "hello.html", "Good evening, {{.}}\n"); err != nil {
		return err
	}
	set, err := templates.New(templates.Config{Loaders: loaders, Pages: []templates.Checked{hello}})
	if err != nil {
		return err
	}
	return set.Render(ctx, os.Stdout, hello.Data("Ann"))
}
