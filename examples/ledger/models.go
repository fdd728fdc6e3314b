// Package ledger keeps accounts and what moves on them. It shows what the other
// examples have no need of: rows that are used as different Go types, columns
// and filters chosen at run time, an export that holds no more than a part of
// the rows, work in chunks, and what a delete would take with it.
package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/volaweb/vola/orm"
)

// Account is a place where money is.
type Account struct {
	ID      int64
	Name    string `db:"size=50,unique"`
	Entries orm.HasMany[Entry]
}

// Entry is one movement on an account.
type Entry struct {
	ID       int64
	Account  orm.Ref[Account] `db:"on_delete=cascade"`
	Kind     Kind             `db:"size=10,index"`
	Cents    int64
	Note     *string
	At       time.Time `db:"index"`
	Archived bool
}

// Validate refuses amounts that are not positive; the kind says which way money
// goes.
func (e *Entry) Validate(context.Context) error {
	if e.Cents <= 0 {
		return errors.New("an amount must be more than 0")
	}
	return nil
}

// Kind says which way money goes.
type Kind string

// The kinds of entries.
const (
	Deposit    Kind = "deposit"
	Withdrawal Kind = "withdrawal"
)

// Choices returns the kinds.
func (Kind) Choices() []orm.Choice {
	return []orm.Choice{{Value: Deposit, Label: "Deposit"}, {Value: Withdrawal, Label: "Withdrawal"}}
}

// Models returns the declarations of all models.
func Models() []orm.Declaration { return []orm.Declaration{orm.Model[Account](), orm.Model[Entry]()} }

// Movement is what entries of all kinds have in common.
type Movement interface {
	// Effect is what the movement adds to its account, in cents.
	Effect() int64
}

type deposit struct{ Entry }

func (d deposit) Effect() int64 { return d.Cents }

type withdrawal struct{ Entry }

func (w withdrawal) Effect() int64 { return -w.Cents }

// movements says as which type each kind of entry is used.
var movements = orm.VariantsBy[Movement](Entries.Kind).
	Variant(Deposit, func(e Entry) Movement { return deposit{e} }).
	Variant(Withdrawal, func(e Entry) Movement { return withdrawal{e} })
