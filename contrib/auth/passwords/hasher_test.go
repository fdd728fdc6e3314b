package passwords_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/fault"
)

// cheap is a configuration whose hashes cost next to nothing.
func cheap() passwords.Config { return passwords.Config{Memory: 8, Time: 1} }

type vectors struct {
	Passwords []struct{ Algorithm, Password, Encoded string }
	Weak      []struct{ Password, Encoded string }
	Unusable  string
	Defaults  map[string]struct{ Iterations int }
}

func django(t *testing.T, version string) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("testdata/django-" + version + ".json")
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil || len(v.Passwords) < 20 {
		t.Fatal(len(v.Passwords), err)
	}
	return v
}

// what says what a hash is a test of: an algorithm, and a password that it may treat in its own
// way. Under the race detector each takes some seconds.
func what(algorithm, password, encoded string) string {
	switch algorithm {
	case "bcrypt":
		return algorithm + strconv.FormatBool(len(password) > 72)
	case "bcrypt_sha256":
		return algorithm
	case "scrypt":
		return algorithm + strings.Split(encoded, "$")[4]
	case "md5", "sha1":
		return encoded
	}
	return algorithm + strconv.FormatBool(password == "secret")
}

// TestDjango reads what three versions of Django have written.
func TestDjango(t *testing.T) {
	t.Parallel()
	h := passwords.New(passwords.Config{Memory: 8, Time: 1, Unsalted: true})
	tried := map[string]bool{}
	for _, version := range []string{"3.2", "4.2", "5.2"} {
		v := django(t, version)
		for _, tt := range v.Passwords {
			what := what(tt.Algorithm, tt.Password, tt.Encoded)
			if tried[what] {
				continue
			}
			tried[what] = true
			ok, upgrade, err := h.Check(t.Context(), tt.Encoded, tt.Password)
			if tt.Algorithm == "crypt" {
				if ok || err == nil || !strings.Contains(err.Error(), "crypt, which is not supported") {
					t.Errorf("crypt: %v, %v", ok, err)
				}
				continue
			}
			if !ok || !upgrade || err != nil {
				t.Errorf("Django %s, %s of %q: ok %v, upgrade %v, %v", version, tt.Algorithm, tt.Password, ok, upgrade, err)
			}
			if tt.Password != "secret" || strings.HasPrefix(tt.Algorithm, "bcrypt") {
				continue
			}
			if ok, upgrade, err := h.Check(t.Context(), tt.Encoded, "Secret"); ok || upgrade || err != nil {
				t.Errorf("Django %s, %s of another password: ok %v, upgrade %v, %v", version, tt.Algorithm, ok, upgrade, err)
			}
		}
		for _, tt := range v.Weak {
			if ok, upgrade, err := h.Check(t.Context(), tt.Encoded, tt.Password); !ok || !upgrade || err != nil {
				t.Errorf("Django %s, %s: ok %v, upgrade %v, %v", version, tt.Encoded, ok, upgrade, err)
			}
		}
		if ok, upgrade, err := h.Check(t.Context(), v.Unusable, "secret"); ok || upgrade || err != nil {
			t.Errorf("Django %s, unusable: ok %v, upgrade %v, %v", version, ok, upgrade, err)
		}
	}
}

// TestBcrypt: a wrong password does not match, at the least cost; the tail beyond 72 bytes is
// ignored, as Django does.
func TestBcrypt(t *testing.T) {
	t.Parallel()
	h := passwords.New(cheap())
	long := strings.Repeat("x", 72)
	hash, err := bcrypt.GenerateFromPassword([]byte(long), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	encoded := "bcrypt$$2b" + strings.TrimPrefix(string(hash), "$2a")
	for password, want := range map[string]bool{long: true, long + "y": true, long[1:]: false, long[1:] + "y": false} {
		if ok, upgrade, err := h.Check(t.Context(), encoded, password); ok != want || upgrade != want || err != nil {
			t.Errorf("%d bytes: ok %v, upgrade %v, %v", len(password), ok, upgrade, err)
		}
	}
	encoded = strings.Replace(encoded, "bcrypt$", "bcrypt_sha256$", 1)
	if ok, _, err := h.Check(t.Context(), encoded, long); ok || err != nil {
		t.Errorf("bcrypt_sha256: ok %v, %v", ok, err)
	}
}

// TestDjangoFormats: hashes for users that are shared with Django are in its spelling and at its
// cost, and are not changed by one with a higher cost.
func TestDjangoFormats(t *testing.T) {
	t.Parallel()
	const b64 = `[A-Za-z0-9+/]`
	for _, tt := range []struct {
		name   string
		cfg    passwords.Config
		form   string
		keep   []string // hashes of "secret" that are left as they are, made by Django
		change []string // and those that are not
	}{
		{
			"pbkdf2", passwords.Config{Format: passwords.DjangoPBKDF2, Iterations: 1000},
			`^pbkdf2_sha256\$1000\$[A-Za-z0-9]{22}\$` + b64 + `{43}=$`,
			[]string{
				"pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$1nE4fvOmiD+ZePp39y6TYTXfkn5HEwJDyz8e6UkQE1w=",
				"pbkdf2_sha256$260000$ELgBMNZbCkKk4rLB18EvxQ$9mEaHtMVqungSWukD+I9/4cr061cI8C8oWMG4ftcGZI=",
			},
			[]string{
				"pbkdf2_sha256$1000$saltsaltsalt$sVaWem31qy3rw+Ldi3plA/XzhMSNi9/XHnnD1Ytj05o=",
				"md5$2vWJliUwtKIBJ98yDQ5V3j$ce655176770c9fa53d0274ea01478cff",
			},
		},
		{
			"pbkdf2 with more iterations", passwords.Config{Format: passwords.DjangoPBKDF2, Iterations: 1001},
			`^pbkdf2_sha256\$1001\$`, nil,
			[]string{
				"pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$1nE4fvOmiD+ZePp39y6TYTXfkn5HEwJDyz8e6UkQE1w=",
				"pbkdf2_sha1$260000$7DaFIHPbWJkevIXKpz6GPc$G/ChiSku+/1V5P1if8yexxOEVIY=",
			},
		},
		{
			"argon2", passwords.Config{Format: passwords.DjangoArgon2, Memory: 1024, Time: 1},
			`^argon2\$argon2id\$v=19\$m=1024,t=1,p=8\$` + b64 + `{30}\$` + b64 + `{22}$`,
			[]string{"argon2$argon2id$v=19$m=102400,t=2,p=8$MWJWcGM4M3ZJV3lqZ2JqcGlRVEU5aw$iWA9kRTVvDk5ZDM4Fhejkw"},
			[]string{"pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$1nE4fvOmiD+ZePp39y6TYTXfkn5HEwJDyz8e6UkQE1w="},
		},
		{
			"argon2 as Django has it", passwords.Config{Format: passwords.DjangoArgon2},
			`^argon2\$argon2id\$v=19\$m=102400,t=2,p=8\$`, nil, nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := passwords.New(tt.cfg)
			encoded, err := h.Hash(t.Context(), "secret")
			if err != nil || !regexp.MustCompile(tt.form).MatchString(encoded) || len(encoded) > 128 {
				t.Fatalf("%q, %v", encoded, err)
			}
			for _, kept := range append(tt.keep, encoded) {
				if ok, upgrade, err := h.Check(t.Context(), kept, "secret"); !ok || upgrade || err != nil {
					t.Errorf("%s: ok %v, upgrade %v, %v", kept, ok, upgrade, err)
				}
			}
			own, err := passwords.New(cheap()).Hash(t.Context(), "secret")
			if err != nil {
				t.Fatal(err)
			}
			for _, changed := range append(tt.change, own) {
				if ok, upgrade, err := h.Check(t.Context(), changed, "secret"); !ok || !upgrade || err != nil {
					t.Errorf("%s: ok %v, upgrade %v, %v", changed, ok, upgrade, err)
				}
			}
		})
	}
}

// TestHashAndCheck: own hashes, one of them with the default cost.
func TestHashAndCheck(t *testing.T) {
	t.Parallel()
	h := passwords.New(passwords.Config{})
	encoded, err := h.Hash(t.Context(), "secret")
	if err != nil || !regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(encoded) {
		t.Fatalf("%q, %v", encoded, err)
	}
	if ok, upgrade, err := h.Check(t.Context(), encoded, "secret"); !ok || upgrade || err != nil {
		t.Errorf("ok %v, upgrade %v, %v", ok, upgrade, err)
	}
	h = passwords.New(cheap())
	for _, password := range []string{"secret", " Secret ", "p\u00e2ss \U0001f600", "a\x00b", "\xff\xfe", strings.Repeat("x", passwords.MaxBytes)} {
		encoded, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatalf("%.20q: %v", password, err)
		}
		if ok, upgrade, err := h.Check(t.Context(), encoded, password); !ok || upgrade || err != nil {
			t.Errorf("%.20q: ok %v, upgrade %v, %v", password, ok, upgrade, err)
		}
		for _, wrong := range []string{password[1:], strings.ToUpper(password) + "x", ""} {
			if len(wrong) > passwords.MaxBytes {
				continue
			}
			if ok, upgrade, err := h.Check(t.Context(), encoded, wrong); ok || upgrade || err != nil {
				t.Errorf("%.20q for %.20q: ok %v, upgrade %v, %v", wrong, password, ok, upgrade, err)
			}
		}
		again, err := h.Hash(t.Context(), password)
		if err != nil || again == encoded {
			t.Errorf("the same hash twice: %v", err)
		}
	}
}

// TestUpgrade: a hash that is not what is made today is to be replaced, and no other.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	old, younger := []byte("0123456789abcdef"), []byte("fedcba9876543210")
	configs := []passwords.Config{
		{Memory: 8, Time: 1},
		{Memory: 16, Time: 1},
		{Memory: 8, Time: 2},
		{Memory: 16, Time: 1, Threads: 2},
		{Memory: 8, Time: 1, Peppers: []passwords.Pepper{{"1", old}}},
		{Memory: 8, Time: 1, Peppers: []passwords.Pepper{{"2", younger}, {"1", old}}},
	}
	for i, from := range configs {
		encoded, err := passwords.New(from).Hash(t.Context(), "secret")
		if err != nil {
			t.Fatal(err)
		}
		for j, to := range configs {
			ok, upgrade, err := passwords.New(to).Check(t.Context(), encoded, "secret")
			if lost := from.Peppers != nil && (to.Peppers == nil || i == 5 && j == 4); lost {
				if ok || err == nil || !strings.Contains(err.Error(), "is not in Config.Peppers") {
					t.Errorf("%d to %d: ok %v, %v", i, j, ok, err)
				}
			} else if !ok || upgrade != (i != j) || err != nil {
				t.Errorf("%d to %d: ok %v, upgrade %v, %v", i, j, ok, upgrade, err)
			}
		}
	}
	// A hash with a pepper is none without it.
	encoded, err := passwords.New(configs[4]).Hash(t.Context(), "secret")
	if err != nil || !strings.Contains(encoded, ",keyid=1$") {
		t.Fatal(encoded, err)
	}
	stripped := strings.Replace(encoded, ",keyid=1", "", 1)
	if ok, _, err := passwords.New(configs[4]).Check(t.Context(), stripped, "secret"); ok || err != nil {
		t.Errorf("without its pepper: ok %v, %v", ok, err)
	}
}

// TestNormalForm: a password that another keyboard composes in another way is still accepted, and
// its hash stays.
func TestNormalForm(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "p\u00e2ssw\u00f6rd", "pa\u0302sswo\u0308rd"
	cfg := cheap()
	h := passwords.New(cfg)
	cfg.Time = 2
	stronger := passwords.New(cfg)
	for _, tt := range []struct {
		stored, typed string
		ok            bool
	}{{composed, composed, true}, {composed, decomposed, true}, {decomposed, decomposed, true}, {decomposed, composed, false}} {
		encoded, err := h.Hash(t.Context(), tt.stored)
		if err != nil {
			t.Fatal(err)
		}
		if ok, upgrade, err := stronger.Check(t.Context(), encoded, tt.typed); ok != tt.ok || upgrade != (tt.stored == tt.typed) || err != nil {
			t.Errorf("%+q typed as %+q: ok %v, upgrade %v, %v", tt.stored, tt.typed, ok, upgrade, err)
		}
		sum := sha1.Sum([]byte("salt" + tt.stored)) // a fast hash of Django
		fast := "sha1$salt$" + hex.EncodeToString(sum[:])
		if ok, upgrade, err := h.Check(t.Context(), fast, tt.typed); ok != tt.ok || upgrade != (tt.stored == tt.typed) || err != nil {
			t.Errorf("%+q as SHA-1, typed as %+q: ok %v, upgrade %v, %v", tt.stored, tt.typed, ok, upgrade, err)
		}
	}
}

// TestCost counts the hashes: a user who is not there, one without a password, one with a hash
// that cannot be read and a wrong password cost the same.
func TestCost(t *testing.T) {
	t.Parallel()
	for _, cfg := range []passwords.Config{cheap(), {Format: passwords.DjangoPBKDF2, Iterations: 10}} {
		cfg.Unsalted = true
		h := passwords.New(cfg)
		encoded, err := h.Hash(t.Context(), "secret")
		if err != nil {
			t.Fatal(err)
		}
		for typed, want := range map[string]uint64{"wrong": 1, "": 1, "wro\u0308ng": 2, "\xff\x00": 1} {
			for name, try := range map[string]func() error{
				"unknown": func() error { return h.Burn(t.Context(), typed) },
				"known": func() error {
					_, _, err := h.Check(t.Context(), encoded, typed)
					return err
				},
				"no password": func() error {
					_, _, err := h.Check(t.Context(), "", typed)
					return err
				},
				"unusable": func() error {
					_, _, err := h.Check(t.Context(), "!PCqcOBWjlnval0DpiSp947g9I123Yap2X9IRbe46", typed)
					return err
				},
				"fast": func() error {
					_, _, err := h.Check(t.Context(), "5ebe2294ecd0e0f08eab7690d2a6ee69", typed)
					return err
				},
				"unreadable": func() error {
					if _, _, err := h.Check(t.Context(), "$argon2id$v=19$x", typed); err == nil {
						return errors.New("no error")
					}
					return nil
				},
			} {
				before := h.Stats().Hashes
				if err := try(); err != nil {
					t.Errorf("%s, %+q: %v", name, typed, err)
				}
				if n := h.Stats().Hashes - before; n != want {
					t.Errorf("%s, %+q: %d hashes, want %d", name, typed, n, want)
				}
			}
		}
	}
}

// TestTooLong: what is longer than 1,024 bytes is refused before anything is computed.
func TestTooLong(t *testing.T) {
	t.Parallel()
	h := passwords.New(cheap())
	for _, n := range []int{passwords.MaxBytes + 1, 1 << 20} {
		password := strings.Repeat("\xc3\xa4", n/2) + strings.Repeat("x", n%2)
		_, err := h.Hash(t.Context(), password)
		_, _, err2 := h.Check(t.Context(), "", password)
		err3 := h.Burn(t.Context(), password)
		for _, err := range []error{err, err2, err3} {
			if fault.KindOf(err) != fault.Invalid || fault.Message(err) != "The password is too long." {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
	}
	if _, err := h.Hash(t.Context(), ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("empty: %v", err)
	}
	if n := h.Stats().Hashes; n != 0 {
		t.Errorf("%d hashes", n)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

func TestRandomFails(t *testing.T) {
	t.Parallel()
	for _, cfg := range []passwords.Config{cheap(), {Format: passwords.DjangoPBKDF2, Iterations: 1}} {
		cfg.Random = brokenReader{}
		if encoded, err := passwords.New(cfg).Hash(context.Background(), "secret"); encoded != "" || err == nil {
			t.Errorf("%q, %v", encoded, err)
		}
	}
}

// TestConfig: what cannot be used is said when the program starts.
func TestConfig(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef")
	for want, cfg := range map[string]passwords.Config{
		"262145 KiB":     {Memory: 256<<10 + 1},
		"4 KiB":          {Memory: 4},
		"21 passes":      {Time: 21},
		"65 lanes":       {Threads: 65},
		"not a format":   {Format: 9},
		"Iterations is ": {Format: passwords.DjangoPBKDF2},
		"Iterations":     {Format: passwords.DjangoPBKDF2, Iterations: 10_000_001},
		"Django cannot":  {Format: passwords.DjangoArgon2, Peppers: []passwords.Pepper{{"1", key}}},
		"15 bytes":       {Peppers: []passwords.Pepper{{"1", key[1:]}}},
		`"a$b"`:          {Peppers: []passwords.Pepper{{"a$b", key}}},
		`the ID ""`:      {Peppers: []passwords.Pepper{{"", key}}},
		"twice":          {Peppers: []passwords.Pepper{{"1", key}, {"1", key}}},
		"-1 slots":       {Slots: -1},
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, want) {
					t.Errorf("%q, want %q", got, want)
				}
			}()
			passwords.New(cfg)
		}()
	}
}
