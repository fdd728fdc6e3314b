package passwords

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"github.com/volaweb/vola/fault"
)

// MaxBytes is how long a password can be, in bytes. A longer one is refused before anything is
// computed, never cut.
const MaxBytes = 1024

// Format is how new hashes are written.
type Format uint8

// The formats.
const (
	PHC           Format = iota // argon2id in the PHC format, for sites of their own
	DjangoPBKDF2                // pbkdf2_sha256, Django's default, for users that a site shares with Django
	DjangoArgon2                // argon2, if Django has it first in PASSWORD_HASHERS
	invalidFormat               // the first that there is not
)

// Config is what a [Hasher] is made of. The zero value is right for most sites.
type Config struct {
	// Memory of argon2id, in KiB. Defaults to 19,456 (19 MiB), with DjangoArgon2 to 102,400.
	Memory uint32
	// Time is the number of passes of argon2id. Defaults to 2.
	Time uint32
	// Threads is the number of lanes of argon2id. Defaults to 1, with DjangoArgon2 to 8.
	Threads uint8

	// Format of new hashes. Defaults to PHC. With a format of Django, a stored hash is only
	// upgraded to a higher cost, never to a lower one: otherwise Django and the site would
	// change it in turn, at each log-in.
	Format Format
	// Iterations of PBKDF2, which the format DjangoPBKDF2 needs: no more than those of the
	// oldest Django that shares the users (3.2: 260,000; 4.2: 600,000; 5.2: 1,000,000).
	Iterations int

	// Peppers are secret keys that are not in the database: whoever has only the hashes cannot try
	// passwords. New hashes are made with the first; the others are those that older hashes
	// were made with. Only for the format PHC. A pepper that is lost makes all its hashes
	// useless.
	Peppers []Pepper

	// Unsalted accepts the oldest hashes of Django, md5 and sha1 without salt.
	Unsalted bool

	// Slots is how much memory computations may take at once, in units of [SlotMemory].
	// Defaults to GOMAXPROCS, and at most 4.
	Slots int
	// Queue is how many calls may wait for a slot. Defaults to 200; below zero none may wait.
	Queue int
	// Patience is how long a call waits for a slot. Defaults to 10 seconds.
	Patience time.Duration

	// Random is where salts are read from. Defaults to crypto/rand.
	Random io.Reader
}

// Hasher hashes and checks passwords. It is safe for concurrent use.
type Hasher struct {
	cfg   Config
	queue queue
}

// New returns a Hasher. A Config that cannot be used is a mistake of the program and panics: a
// cost above the limits of [Hasher.Check], a format without its cost, a pepper that is short.
func New(cfg Config) *Hasher {
	memory, threads := uint32(19456), uint8(1)
	if cfg.Format == DjangoArgon2 {
		memory, threads = 102400, 8
	}
	setDefault(&cfg.Memory, memory)
	setDefault(&cfg.Time, 2)
	setDefault(&cfg.Threads, threads)
	setDefault(&cfg.Slots, min(4, runtime.GOMAXPROCS(0)))
	setDefault(&cfg.Queue, 200)
	setDefault(&cfg.Patience, 10*time.Second)
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if err := cfg.check(); err != nil {
		panic(err.Error())
	}
	h := &Hasher{cfg: cfg}
	h.queue.slots, h.queue.size = semaphore.NewWeighted(int64(cfg.Slots)), int64(cfg.Slots)
	h.queue.most, h.queue.patience = int64(max(0, cfg.Queue)), cfg.Patience
	return h
}

func setDefault[T comparable](to *T, value T) {
	if zero := *new(T); *to == zero {
		*to = value
	}
}

func (c Config) check() error {
	if err := (argon2Params{c.Memory, c.Time, c.Threads}).check(); err != nil {
		return fmt.Errorf("passwords: Config: %w", err)
	}
	switch {
	case c.Format >= invalidFormat:
		return fmt.Errorf("passwords: Config.Format is %d, which is not a format", c.Format)
	case c.Format == DjangoPBKDF2 && (c.Iterations < 1 || c.Iterations > maxIterations):
		return fmt.Errorf("passwords: Config.Iterations is %d; the format DjangoPBKDF2 needs those of the Django that shares the users, at most %d", c.Iterations, maxIterations)
	case c.Format != PHC && len(c.Peppers) > 0:
		return errors.New("passwords: Config.Peppers: Django cannot check hashes that have a pepper; use the format PHC")
	case c.Slots < 0 || c.Patience < 0:
		return fmt.Errorf("passwords: Config has %d slots and a patience of %v", c.Slots, c.Patience)
	}
	return checkPeppers(c.Peppers)
}

// Stats returns how much was done, for tests and metrics. A test that sign-in costs the same for
// all users compares Hashes before and after.
func (h *Hasher) Stats() Stats { return h.queue.stats() }

// Hash returns the string to store for a password, at most 128 bytes of ASCII. A password that
// is empty or longer than [MaxBytes] is an error of kind [fault.Invalid]; that it is hard to
// guess is for [Rules]. If too many computations run already, the error is of kind
// [fault.Unavailable]. The end of ctx ends the waiting, not the computation.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if password == "" {
		return "", fault.New(fault.Invalid, "The password is empty.")
	}
	if err := tooLong(password); err != nil {
		return "", err
	}
	s, err := h.fresh()
	if err != nil {
		return "", err
	}
	_, err = h.queue.run(ctx, s.memory, func() bool {
		h.queue.hashes.Add(1)
		s.sum = s.compute([]byte(password))
		return true
	})
	if err != nil {
		return "", err
	}
	if len(s.sum) == 0 { // in a mode of Go that allows approved algorithms alone
		return "", fmt.Errorf("passwords: Go refuses to compute %s; use another Config.Format", s.algorithm)
	}
	return s.write(s), nil
}

// Check says whether a password is the one that a stored hash was made of. It is compared as the
// bytes that were received; if that fails and the password is not in Unicode's form NFC, that
// form is tried too.
//
// If upgrade is true, the hash is not what [Hasher.Hash] makes today: store a new one of this
// password, on condition that the old one is still stored, and end no session for it. After a
// match of the form NFC it is false, since the new hash would match on other devices no more.
//
// An unusable hash (an empty string, or one that begins with an exclamation mark) and an empty
// password match nothing, and cost as much as [Hasher.Burn]. A password longer than [MaxBytes] is
// an error of kind [fault.Invalid]. A hash that cannot be read is an error for the operator, after
// the same cost: log it, and answer as to a wrong password, or the answer tells that the user
// exists. So are costs above the limits: memory of 256 MiB (for scrypt N*r*p*128 bytes), 20
// passes and 64 lanes of argon2, 10,000,000 iterations of PBKDF2, cost 16 of bcrypt, and 512 bytes
// of text. Errors about slots are those of [Hasher.Hash].
func (h *Hasher) Check(ctx context.Context, encoded, password string) (ok, upgrade bool, err error) {
	if err := tooLong(password); err != nil {
		return false, false, err
	}
	if encoded == "" || strings.HasPrefix(encoded, "!") {
		return false, false, h.Burn(ctx, password)
	}
	s, err := h.parse(encoded)
	if err != nil {
		return false, false, errors.Join(fmt.Errorf("passwords: stored hash: %w", err), h.Burn(ctx, password))
	}
	if password == "" {
		return false, false, h.Burn(ctx, password)
	}
	if s.fast {
		for i, p := range variants(password) {
			if s.equals(p) {
				return true, i == 0, nil
			}
		}
		return false, false, h.Burn(ctx, password) // or it would be much faster than today's
	}
	received := false
	ok, err = h.queue.run(ctx, s.memory, func() bool {
		for i, p := range variants(password) {
			h.queue.hashes.Add(1)
			if s.equals(p) {
				received = i == 0
				return true
			}
		}
		return false
	})
	return ok, ok && received && h.outdated(s), err
}

// Burn costs as much as a [Hasher.Check] of a wrong password against a hash of today, for users
// who do not exist, may not log in or have no password. Its errors are the same.
func (h *Hasher) Burn(ctx context.Context, password string) error {
	if err := tooLong(password); err != nil {
		return err
	}
	s := h.dummy()
	_, err := h.queue.run(ctx, s.memory, func() bool {
		for _, p := range variants(password) {
			h.queue.hashes.Add(1)
			s.equals(p)
		}
		return true
	})
	return err
}

// variants returns the bytes to compare: the password as it is, and in NFC if that differs.
func variants(password string) [][]byte {
	out := [][]byte{[]byte(password)}
	if !norm.NFC.IsNormalString(password) {
		out = append(out, norm.NFC.Bytes([]byte(password)))
	}
	return out
}

func tooLong(password string) error {
	if len(password) > MaxBytes {
		return fault.New(fault.Invalid, "The password is too long.")
	}
	return nil
}
