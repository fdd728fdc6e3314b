package ledger

import (
	"context"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormapi"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// snippet: resource

// API registers what programs may do with the ledger: book entries, find them, and ask for the
// balance of an account.
func API(r *web.Router, db func() *database.DB) {
	entries := ormapi.Resource[Entry]{
		DB:     db,
		Show:   []orm.Field[Entry]{Entries.ID, Entries.Account, Entries.Kind, Entries.Cents, Entries.Note, Entries.At},
		Write:  []orm.Field[Entry]{Entries.Account, Entries.Kind, Entries.Cents, Entries.Note, Entries.At},
		Filter: []orm.Field[Entry]{Entries.Account, Entries.Kind},
		Order:  []orm.Order[Entry]{Entries.At.Desc()},
		Rows:   unarchived,
	}
	r.Group("/entries", func(r *web.Router) {
		entries.Read(r)
		entries.Change(r)
	})
	api.Get(r, "/accounts/{id:int}/balance/", func(ctx context.Context, in ofAccount) (balance, error) {
		cents, err := Balance(ctx, db(), in.ID)
		return balance{Cents: cents}, err
	}, api.Summary("The balance of an account"), api.Tag("account"))
}

// unarchived limits every query to entries that are at work. Nobody deletes one.
func unarchived(_ context.Context, verb ormapi.Verb, q *orm.Query[Entry]) (*orm.Query[Entry], error) {
	if verb == ormapi.Delete {
		return nil, fault.New(fault.Forbidden, "Entries are never deleted; book another one.")
	}
	return q.Where(Entries.Archived.Eq(false)), nil
}

type ofAccount struct {
	ID int64 `path:"id"`
}

type balance struct {
	Cents int64 `json:"cents" help:"In cents; below 0 for debts."`
}

// end snippet
