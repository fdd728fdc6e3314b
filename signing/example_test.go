package signing_test

import (
	"fmt"

	"github.com/volaweb/vola/signing"
)

// In a model, Sealed is a column like any other. A handler takes the Signer from its Host.
func ExamplePurpose() {
	// snippet: sealed
	type Member struct {
		ID   int64
		IBAN signing.Sealed
	}
	const ibans = signing.Purpose("club iban")

	signer := signing.New([]byte("the SECRET_KEY of the site, from its settings"))
	m := Member{ID: 7}
	m.IBAN = ibans.Seal(signer, fmt.Sprint(m.ID), "DE02 1203 0000 0000 2020 51")

	fmt.Println(m)
	fmt.Println(ibans.Open(signer, fmt.Sprint(m.ID), m.IBAN))
	_, err := ibans.Open(signer, "8", m.IBAN) // copied to another row
	fmt.Println(err != nil)
	// end snippet

	// Output:
	// {7 (sealed)}
	// DE02 1203 0000 0000 2020 51 <nil>
	// true
}
