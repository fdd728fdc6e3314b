package module

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
)

// Models returns the models of all modules; for package vola and for tools.
func Models(modules []Module) (*orm.Models, error) {
	var groups []orm.Group
	for _, m := range modules {
		if has, ok := As[HasModels](m); ok {
			groups = append(groups, orm.Group{Module: m.Name(), Models: has.Models()})
		}
	}
	return orm.NewModels(groups...)
}

// MigrationGroups returns the migrations of all modules; for package vola and
// for tools.
func MigrationGroups(modules []Module) []migrate.Group {
	var groups []migrate.Group
	for _, m := range modules {
		if has, ok := As[HasMigrations](m); ok {
			groups = append(groups, migrate.Group{Module: m.Name(), Migrations: has.Migrations()})
		}
	}
	return groups
}
