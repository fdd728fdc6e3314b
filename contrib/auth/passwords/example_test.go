package passwords_test

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/fault"
)

func Example() {
	ctx := context.Background()
	hasher := passwords.New(passwords.Config{}) // one for the site

	rules := passwords.Rules{Words: []string{"Ferry Tickets", "annika"}}
	fmt.Println(fault.Message(rules.Check("annika2026!!")))

	encoded, err := hasher.Hash(ctx, "correct horse battery")
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, upgrade, err := hasher.Check(ctx, encoded, "correct horse battery")
	fmt.Println(ok, upgrade, err)
	ok, upgrade, err = hasher.Check(ctx, encoded, "Correct horse battery")
	fmt.Println(ok, upgrade, err)
	// Output:
	// This password is easy to guess from your name, your address or the name of this site.
	// true false <nil>
	// false false <nil>
}
