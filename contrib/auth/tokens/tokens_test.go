package tokens_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/volaweb/vola/contrib/auth/tokens"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		token, err := tokens.New("shop", nil)
		if err != nil {
			t.Fatal(err)
		}
		hash, ok := tokens.Hash("shop", token)
		if !ok || len(hash) != 43 || strings.Contains(token, hash) || len(token) != len("shop_")+49 {
			t.Fatalf("%q has the hash %q, %v", token, hash, ok)
		}
		if seen[token] || seen[hash] {
			t.Fatal("a token comes twice")
		}
		seen[token], seen[hash] = true, true
		for i := len("shop_"); i < len(token); i++ { // one letter is another
			c := byte('x')
			if token[i] == c {
				c = 'y'
			}
			if _, ok := tokens.Hash("shop", token[:i]+string(c)+token[i+1:]); ok {
				t.Errorf("%q with another letter %d is a token", token, i)
			}
		}
	}
	for _, random := range [][]byte{bytes.Repeat([]byte{0}, 32), bytes.Repeat([]byte{255}, 32)} {
		token, err := tokens.New("a", bytes.NewReader(random))
		if _, ok := tokens.Hash("a", token); !ok || err != nil {
			t.Errorf("%q, %v", token, err)
		}
		for _, other := range []string{"", token[1:], token + "0", " " + token, token + "\n", "b" + token[1:], strings.ToUpper(token)} {
			if hash, ok := tokens.Hash("a", other); ok {
				t.Errorf("%q is a token: %s", other, hash)
			}
		}
	}
	if _, err := tokens.New("a", bytes.NewReader(nil)); err == nil {
		t.Error("a token without random bits")
	}
	for _, prefix := range []string{"", "A", "a_b", "a b", "é", strings.Repeat("a", 21)} {
		if _, err := tokens.New(prefix, nil); err == nil {
			t.Errorf("prefix %q is taken", prefix)
		}
	}
}

func FuzzHash(f *testing.F) {
	token, err := tokens.New("shop", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("shop", token)
	f.Add("", "_")
	f.Fuzz(func(t *testing.T, prefix, token string) {
		if hash, ok := tokens.Hash(prefix, token); ok && (len(hash) != 43 || len(token) != len(prefix)+50) {
			t.Errorf("%q is a token of %q with the hash %q", token, prefix, hash)
		}
	})
}
