package passwords_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth/passwords"
)

func BenchmarkHash(b *testing.B) {
	h := passwords.New(passwords.Config{})
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "correct horse battery"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck checks a password against hashes of several formats.
func BenchmarkCheck(b *testing.B) {
	own, err := passwords.New(passwords.Config{}).Hash(b.Context(), "secret")
	if err != nil {
		b.Fatal(err)
	}
	for name, encoded := range map[string]string{
		"argon2id":              own,
		"pbkdf2_sha256-260000":  "pbkdf2_sha256$260000$ELgBMNZbCkKk4rLB18EvxQ$9mEaHtMVqungSWukD+I9/4cr061cI8C8oWMG4ftcGZI=",
		"pbkdf2_sha256-1000000": "pbkdf2_sha256$1000000$wvt2qXMMOIy88UYubZAP7a$q+DPNr21rY6eR/4MJZDrjtHRYBNTjWX+BZ7HxxM27Yg=",
		"django-argon2":         "argon2$argon2id$v=19$m=102400,t=2,p=8$MWJWcGM4M3ZJV3lqZ2JqcGlRVEU5aw$iWA9kRTVvDk5ZDM4Fhejkw",
		"django-scrypt":         "scrypt$16384$8mmXipWFSHgkUwsLVxp6dD$8$1$" + sum64,
		"bcrypt-12":             "bcrypt$$2b$12$" + b53,
	} {
		b.Run(name, func(b *testing.B) {
			h := passwords.New(passwords.Config{})
			for b.Loop() {
				if _, _, err := h.Check(b.Context(), encoded, "secret"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParallel checks 100 passwords at once. Each line needs a process of its own, since it
// reports the most memory that the process had (on Linux).
func BenchmarkParallel(b *testing.B) {
	for _, slots := range []int{2, 4, 100} {
		b.Run(fmt.Sprintf("slots=%d", slots), func(b *testing.B) {
			h := passwords.New(passwords.Config{Slots: slots, Queue: 100, Patience: time.Hour})
			encoded, err := h.Hash(b.Context(), "secret")
			if err != nil {
				b.Fatal(err)
			}
			before := mostMemory(b)
			for b.Loop() {
				var calls sync.WaitGroup
				for range 100 {
					calls.Go(func() {
						if _, _, err := h.Check(b.Context(), encoded, "secret"); err != nil {
							b.Error(err)
						}
					})
				}
				calls.Wait()
			}
			b.ReportMetric((mostMemory(b)-before)/(1<<20), "MiB-more")
		})
	}
}

// mostMemory returns the most memory that this process had, in bytes; 0 if the system does not say.
func mostMemory(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ = strings.Cut(line, " kB")
	kib, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kib * 1024
}

func BenchmarkRules(b *testing.B) {
	r := passwords.Rules{Words: []string{"Vola", "annika", "annika.smith@example.org"}}
	for b.Loop() {
		if err := r.Check("correct horse battery"); err != nil {
			b.Fatal(err)
		}
	}
}
