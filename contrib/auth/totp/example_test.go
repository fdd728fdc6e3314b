package totp_test

import (
	"fmt"
	"time"

	"github.com/volaweb/vola/contrib/auth/totp"
)

func Example() {
	secret := []byte("12345678901234567890") // of totp.NewSecret, and kept with the user
	now := time.Unix(1111111111, 0)

	last := int64(0) // kept with the user too
	step, ok := totp.Step(secret, "050 471", now, last)
	fmt.Println(step, ok)

	last = step
	_, ok = totp.Step(secret, "050 471", now.Add(2*time.Second), last)
	fmt.Println(ok) // each code is good once
	// Output:
	// 37037037 true
	// false
}
