package passkeys_test

import (
	"fmt"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/module"
)

// A site whose users need no more than a phone, a computer and a security key in the safe.
func ExampleConfig() {
	accounts := auth.New(auth.Config{})
	modules := []module.Module{accounts, passkeys.New(accounts, passkeys.Config{Max: 3})}
	for _, m := range modules {
		fmt.Println(m.Name())
	}
	// Output:
	// accounts
	// passkeys
}
