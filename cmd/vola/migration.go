package main

import (
	"time"

	"github.com/volaweb/vola/internal/scaffold"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// Note is the model in the texts of a new site, for its first migration.
type Note struct {
	ID      int64
	Title   string `db:"size=100"`
	Text    string
	Written time.Time `db:"auto_now_add"`
}

// Item is the model in the texts of a new module.
type Item struct {
	ID   int64
	Name string `db:"size=100"`
}

func noteModel() orm.Declaration { return orm.Model[Note]() }
func itemModel() orm.Declaration { return orm.Model[Item]() }

// firstMigration returns the files of the migration that makes the table of a
// model, as the command makemigrations of the site would write them.
func firstMigration(module string, model orm.Declaration) ([]scaffold.File, error) {
	models, err := orm.NewModels(orm.Group{Module: module, Models: []orm.Declaration{model}})
	if err != nil {
		return nil, err
	}
	graph, err := migrate.NewGraph(migrate.Group{Module: module})
	if err != nil {
		return nil, err
	}
	changes, err := migrate.Make(graph, map[string]schema.Schema{module: models.ModuleSchema(module)}, migrate.MakeOptions{})
	if err != nil {
		return nil, err
	}
	var out []scaffold.File
	for _, c := range changes {
		out = append(out,
			scaffold.File{Path: "migrations/" + c.File, Text: c.Source},
			scaffold.File{Path: "migrations/migrations.go", Text: c.List})
	}
	return out, nil
}
