package passwords_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/fault"
)

const (
	salt16 = "MWJWcGM4M3ZJV3lqZ2JqcA"
	sum32  = "iWA9kRTVvDk5ZDM4FhejkiWA9kRTVvDk5ZDM4FhejkE"
	b53    = "RliUemqZwH5c/CiqjNa0uO.BkGybQG1aO41vgJTbJcdlrgnAvDa2e"
	sum64  = "/YnzGm/8OXf6On5SajH3O78wzCcaoMq/sx9NSLCDdepgKF9Y88oOz2wsLbkve96A3QmyXTIJ2KYXPyezNgD8dg=="
	pbSum  = "9mEaHtMVqungSWukD+I9/4cr061cI8C8oWMG4ftcGZI="
)

// TestUnreadable: what no site stored, or costs more than a site pays, is an error that does not
// show the hash, and is not tried.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	h := passwords.New(cheap())
	for _, tt := range []struct{ encoded, want string }{
		{"x", "no algorithm"},
		{"$", "1 parts"},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$" + sum32 + "$", "6 parts"},
		{"$argon2d$v=19$m=8,t=1,p=1$" + salt16 + "$" + sum32, "algorithm"},
		{"$argon2id$v=16$m=8,t=1,p=1$" + salt16 + "$" + sum32, "version"},
		{"$argon2id$v=19$m=262145,t=1,p=1$" + salt16 + "$" + sum32, "262145 KiB"},
		{"$argon2id$v=19$m=4294967304,t=1,p=1$" + salt16 + "$" + sum32, "a number above"},
		{"$argon2id$v=19$m=99999999999999999999999,t=1,p=1$" + salt16 + "$" + sum32, "a number above"},
		{"$argon2id$v=19$m=7,t=1,p=1$" + salt16 + "$" + sum32, "7 KiB"},
		{"$argon2id$v=19$m=8,t=0,p=1$" + salt16 + "$" + sum32, "0 passes"},
		{"$argon2id$v=19$m=8,t=21,p=1$" + salt16 + "$" + sum32, "21 passes"},
		{"$argon2id$v=19$m=8,t=1,p=0$" + salt16 + "$" + sum32, "0 lanes"},
		{"$argon2id$v=19$m=8000,t=1,p=65$" + salt16 + "$" + sum32, "65 lanes"},
		{"$argon2id$v=19$m=8000,t=1,p=257$" + salt16 + "$" + sum32, "257 lanes"},
		{"$argon2id$v=19$m=+8,t=1,p=1$" + salt16 + "$" + sum32, "decimal"},
		{"$argon2id$v=19$m=08,t=1,p=1$" + salt16 + "$" + sum32, "decimal"},
		{"$argon2id$v=19$t=1,m=8,p=1$" + salt16 + "$" + sum32, "order"},
		{"$argon2id$v=19$m=8,t=1$" + salt16 + "$" + sum32, "parameters"},
		{"$argon2id$v=19$m=8,t=1,p=1,x=1$" + salt16 + "$" + sum32, "not known"},
		{"$argon2id$v=19$m=8,t=1,p=1,keyid=$" + salt16 + "$" + sum32, "not known"},
		{"$argon2id$v=19$m=8,t=1,p=1,keyid=lost$" + salt16 + "$" + sum32, `"lost" is not in Config.Peppers`},
		{"$argon2id$v=19$m=8,t=1,p=1$$" + sum32, "salt"},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "\n$" + sum32, "salt"},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$", "hash"},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$" + sum32[:20], "hash"},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$" + sum32[:42] + "F", "hash"}, // bits that are not zero at the end
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$" + strings.Repeat("A", 88), "hash"},
		{"argon2$argon2id$v=19$m=8,t=1,p=1,keyid=1$" + salt16 + "$" + sum32, "pepper"},
		{"pbkdf2_sha256$10000001$salt$" + pbSum, "iterations"},
		{"pbkdf2_sha256$0$salt$" + pbSum, "iterations"},
		{"pbkdf2_sha256$-1$salt$" + pbSum, "iterations"},
		{"pbkdf2_sha256$1e3$salt$" + pbSum, "iterations"},
		{"pbkdf2_sha256$1$$" + pbSum, "salt"},
		{"pbkdf2_sha256$1$salt$", "hash"},
		{"pbkdf2_sha1$1$salt$" + pbSum, "hash"},
		{"pbkdf2_sha256$1$salt", "2 parts"},
		{"bcrypt$$2b$17$" + b53, "cost"},
		{"bcrypt$$2b$99$" + b53, "cost"},
		{"bcrypt$$2b$03$" + b53, "cost"},
		{"bcrypt$$2b$+4$" + b53, "cost"},
		{"bcrypt$$2x$04$" + b53, "53 characters"},
		{"bcrypt$$2b$04$" + b53[1:], "53 characters"},
		{"bcrypt$", "53 characters"},
		{"bcrypt_sha256$2b$04$" + b53, "53 characters"},
		{"scrypt$16384$salt$8$17$" + sum64, "N*r*p"},
		{"scrypt$1048576$salt$8$1$" + sum64, "N*r*p"},
		{"scrypt$2097152$salt$2097152$2097152$" + sum64, "N*r*p"},
		{"scrypt$4294967296$salt$4294967296$1$" + sum64, "N is not"},
		{"scrypt$3$salt$1$1$" + sum64, "power"},
		{"scrypt$1$salt$1$1$" + sum64, "power"},
		{"scrypt$2$salt$0$1$" + sum64, "r is not"},
		{"scrypt$2$salt$1$0$" + sum64, "p is not"},
		{"scrypt$2$$1$1$" + sum64, "salt"},
		{"scrypt$2$salt$1$1$" + sum32, "hash"},
		{"scrypt$2$salt", "2 parts"},
		{"md5$salt$" + strings.Repeat("g", 32), "hexadecimal"},
		{"sha1$salt$" + strings.Repeat("0", 32), "40 hexadecimal"},
		{"md5$$" + strings.Repeat("0", 32), "Config.Unsalted"},
		{strings.Repeat("0", 32), "Config.Unsalted"},
		{"sha1$$" + strings.Repeat("0", 40), "Config.Unsalted"},
		{"crypt$$bz5S97b0axNOY", "crypt"},
		{"future$1$2$3", "not known"},
		{strings.Repeat("x", 513), "513 bytes"},
		{"md5$" + strings.Repeat("x", 1<<20) + "$", "bytes of text"},
	} {
		before := h.Stats().Hashes
		ok, upgrade, err := h.Check(t.Context(), tt.encoded, "secret")
		if ok || upgrade || err == nil || !strings.Contains(err.Error(), "passwords: stored hash: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.80q: ok %v, %v, want %q", tt.encoded, ok, err, tt.want)
			continue
		}
		if fault.KindOf(err) != fault.Internal || fault.Message(err) != "" {
			t.Errorf("%.80q: kind %v", tt.encoded, fault.KindOf(err))
		}
		if strings.Contains(err.Error(), salt16) || strings.Contains(err.Error(), sum32[:8]) || strings.Contains(err.Error(), b53[:8]) {
			t.Errorf("the error shows the hash: %v", err)
		}
		if n := h.Stats().Hashes - before; n != 1 {
			t.Errorf("%.80q: %d hashes, want that of an unknown user", tt.encoded, n)
		}
	}
}

// TestLimitsAreAllowed: what is just within the limits is read.
func TestLimitsAreAllowed(t *testing.T) {
	t.Parallel()
	h := passwords.New(cheap())
	for encoded, memory := range map[string]int64{
		"$argon2id$v=19$m=262144,t=20,p=64$" + salt16 + "$" + sum32:       256 << 20,
		"argon2$argon2i$v=19$m=102400,t=2,p=8$" + salt16 + "$" + sum32:    100 << 20,
		"pbkdf2_sha256$10000000$salt$" + pbSum:                            0,
		"bcrypt$$2b$16$" + b53:                                            0,
		"scrypt$262144$salt$8$1$" + sum64:                                 256<<20 + 1024,
		"scrypt$16384$8mmXipWFSHgkUwsLVxp6dD$8$5$" + sum64:                16<<20 + 5*1024,
		"md5$" + strings.Repeat("s", 475) + "$" + strings.Repeat("0", 32): 0,
	} {
		if got, err := passwords.Parse(h, encoded); got != memory || err != nil {
			t.Errorf("%.60s: %d bytes, want %d, %v", encoded, got, memory, err)
		}
	}
}

// FuzzCheck reads stored hashes of any form. What is cheap enough is also compared.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"$argon2id$v=19$m=8,t=1,p=1$" + salt16 + "$" + sum32,
		"$argon2id$v=19$m=8,t=1,p=1,keyid=1$" + salt16 + "$" + sum32,
		"argon2$argon2i$v=19$m=8,t=1,p=1$" + salt16 + "$" + sum32[:22],
		"pbkdf2_sha256$1$salt$" + pbSum, "pbkdf2_sha1$1$salt$G/ChiSku+/1V5P1if8yexxOEVIY=",
		"bcrypt$$2b$04$" + b53, "bcrypt_sha256$$2b$04$" + b53, "scrypt$2$salt$1$1$" + sum64,
		"md5$salt$ce655176770c9fa53d0274ea01478cff", "sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
		"5ebe2294ecd0e0f08eab7690d2a6ee69", "!x", "", "crypt$$bz5S97b0axNOY", "$$$$$", "scrypt$2$$$$",
	} {
		f.Add(seed, "secret")
	}
	f.Add("bcrypt$$2b$04$"+b53, strings.Repeat("x", 100)+"\x00\xff")
	h := passwords.New(passwords.Config{Memory: 8, Time: 1, Unsalted: true, Peppers: []passwords.Pepper{{"1", []byte("0123456789abcdef")}}})
	f.Fuzz(func(t *testing.T, encoded, password string) {
		memory, err := passwords.Parse(h, encoded)
		if memory > 257<<20 || memory < 0 {
			t.Fatalf("%d bytes of memory", memory)
		}
		if err == nil && expensive(encoded) {
			return
		}
		ok, upgrade, err := h.Check(t.Context(), encoded, password)
		if err != nil && (ok || upgrade) || upgrade && !ok {
			t.Errorf("ok %v, upgrade %v, %v", ok, upgrade, err)
		}
	})
}

// expensive says whether a hash that can be read costs much: any long number does.
func expensive(encoded string) bool {
	digits := 0
	for _, r := range encoded[:strings.LastIndexByte(encoded, '$')+1] {
		if digits++; r < '0' || r > '9' {
			digits = 0
		}
		if digits > 2 {
			return !strings.HasPrefix(encoded, "md5") && !strings.HasPrefix(encoded, "sha1")
		}
	}
	return strings.HasPrefix(encoded, "bcrypt") && !strings.Contains(encoded, "$04$")
}

// FuzzRules: no password makes the rules panic, and what they accept is within the limits.
func FuzzRules(f *testing.F) {
	f.Add("correct horse battery", "ann", 12)
	f.Add("aaaa\xff\x00", "", -1)
	f.Add(strings.Repeat("ab", 300), "ab", 1<<40)
	f.Fuzz(func(t *testing.T, password, word string, least int) {
		err := passwords.Rules{MinLength: least, Words: []string{word, "vola"}}.Check(password)
		if err == nil && (len(password) > passwords.MaxBytes || len(password) < passwords.MinLengthWithFactor) {
			t.Errorf("%d bytes are accepted", len(password))
		}
		if err != nil && (fault.KindOf(err) != fault.Invalid || fault.Message(err) == "") {
			t.Error(err)
		}
	})
}
