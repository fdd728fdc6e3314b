package passwords

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
)

// Pepper is a secret key that is mixed into passwords before they are hashed, by HMAC-SHA-256.
type Pepper struct {
	// ID is stored with each hash, to find the key again: 1 to 16 letters and digits.
	ID string
	// Key has at least 16 bytes, of a random generator.
	Key []byte
}

const minPepper, maxPepperID = 16, 16

func checkPeppers(peppers []Pepper) error {
	seen := map[string]bool{}
	for i, p := range peppers {
		switch {
		case !isKeyID(p.ID):
			return fmt.Errorf("passwords: Config.Peppers[%d]: the ID %q is not 1 to %d letters and digits", i, p.ID, maxPepperID)
		case seen[p.ID]:
			return fmt.Errorf("passwords: Config.Peppers[%d]: the ID %q is there twice", i, p.ID)
		case len(p.Key) < minPepper:
			return fmt.Errorf("passwords: Config.Peppers[%d]: the key of %d bytes is too short; use at least %d", i, len(p.Key), minPepper)
		}
		seen[p.ID] = true
	}
	return nil
}

func isKeyID(s string) bool {
	return s != "" && len(s) <= maxPepperID && strings.Trim(s, alphanumeric) == ""
}

// pepper mixes a key into a password.
func pepper(key, password []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(password)
	return mac.Sum(nil)
}
