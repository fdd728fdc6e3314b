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

// A site that gets a new pepper keeps the one before it, until all users have logged in once.
func ExampleConfig_peppers() {
	ctx := context.Background()
	old := passwords.Pepper{ID: "2025", Key: []byte("of a random generator, 2025")} // from the settings of the site
	encoded, err := passwords.New(passwords.Config{Peppers: []passwords.Pepper{old}}).Hash(ctx, "correct horse battery")
	if err != nil {
		fmt.Println(err)
		return
	}
	recent := passwords.Pepper{ID: "2026", Key: []byte("of a random generator, 2026")}
	hasher := passwords.New(passwords.Config{Peppers: []passwords.Pepper{recent, old}}) // the first is for new hashes
	fmt.Println(hasher.Check(ctx, encoded, "correct horse battery"))                    // true, and to be hashed again
	hasher = passwords.New(passwords.Config{Peppers: []passwords.Pepper{recent}})
	ok, _, err := hasher.Check(ctx, encoded, "correct horse battery")
	fmt.Println(ok, err != nil) // nobody can check it any more
	// Output:
	// true true <nil>
	// false true
}

// A site that takes over users of an old Django accepts their hashes without salt, which are replaced
// when they log in.
func ExampleConfig_unsalted() {
	ctx := context.Background()
	const encoded = "5ebe2294ecd0e0f08eab7690d2a6ee69" // MD5
	_, _, err := passwords.New(passwords.Config{}).Check(ctx, encoded, "secret")
	fmt.Println(err)
	fmt.Println(passwords.New(passwords.Config{Unsalted: true}).Check(ctx, encoded, "secret"))
	// Output:
	// passwords: stored hash: md5 without a salt; set Config.Unsalted to accept it
	// true true <nil>
}
