package database_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
)

// Statements in a transaction are all done or none is.
func Example() {
	if err := transfer(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// not enough money
	// 10 5
}

func transfer(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := database.Open(ctx, database.Config{
		URL:     "sqlite:" + filepath.Join(dir, "bank.db"),
		Drivers: []database.Driver{sqlite.Driver},
		Create:  true,
	})
	if err != nil {
		return err
	}
	defer db.Close()

	for _, statement := range []string{
		`CREATE TABLE account (name text PRIMARY KEY, balance integer NOT NULL)`,
		`INSERT INTO account VALUES ('Ann', 10), ('Bob', 5)`,
	} {
		if _, err := db.Exec(ctx, statement); err != nil {
			return err
		}
	}
	err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE account SET balance = balance + 20 WHERE name = ?`, "Bob"); err != nil {
			return err
		}
		var left int64
		if err := database.QueryRow(ctx, tx, []any{&left}, `SELECT balance - 20 FROM account WHERE name = ?`, "Ann"); err != nil {
			return err
		}
		if left < 0 {
			return errors.New("not enough money") // Bob keeps his 5
		}
		return nil
	})
	fmt.Println(err)

	var ann, bob int64
	err = database.QueryRow(ctx, db, []any{&ann, &bob},
		`SELECT (SELECT balance FROM account WHERE name = 'Ann'), (SELECT balance FROM account WHERE name = 'Bob')`)
	fmt.Println(ann, bob)
	return err
}
