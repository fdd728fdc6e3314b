package ratelimit

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/volaweb/vola/web"
)

// Middleware lets requests pass as often as the limiter says for what key returns of them, and
// answers others with status 429, by [web.Fail]. A request for which key returns "" is not
// counted. If the store fails, the request fails: a limit that is there for safety is not
// skipped.
//
// Each answer has the headers RateLimit-Policy and RateLimit of
// draft-ietf-httpapi-ratelimit-headers-10, and a refusal Retry-After. Several limits for the same
// request each add their item.
func Middleware(limiter *Limiter, key func(*http.Request) string) web.Middleware {
	policy := policyItem(limiter)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := key(r)
			if name == "" {
				next.ServeHTTP(w, r)
				return
			}
			taken, err := limiter.Take(r.Context(), name)
			if err != nil {
				web.Fail(w, r, err)
				return
			}
			w.Header().Add("RateLimit-Policy", policy)
			w.Header().Add("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", limiter.Name(), taken.Remaining, seconds(taken.Reset)))
			if err := taken.Err(); err != nil {
				web.Fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// policyItem says how many are allowed in how many seconds.
func policyItem(limiter *Limiter) string {
	limit := limiter.Limit()
	return fmt.Sprintf("%q;q=%d;w=%d", limiter.Name(), limit.burst(), max(1, seconds(limit.Window())))
}

// seconds returns a duration in whole seconds, upwards.
func seconds(d time.Duration) int64 { return int64(math.Ceil(d.Seconds())) }

// Address returns the network that a request comes from, as [Network] does, for [Middleware]. It
// takes the address of the connection: of a site that names its proxies (TRUSTED_PROXIES) that is the
// visitor's. Behind a proxy that is not named it is the proxy's, and all visitors share one bucket.
func Address(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		if addr, err := netip.ParseAddr(strings.Trim(r.RemoteAddr, "[]")); err == nil {
			return Network(addr)
		}
		return "unknown " + r.RemoteAddr // such as a socket of the file system
	}
	return Network(at.Addr())
}

// User returns what [Middleware] counts by for a limit of each user, whatever address they use: the id that
// of returns, and for "", a visitor who is not logged in, the [Address]. Of users and addresses with the
// same text each has its own bucket. An error of of is one of who is not known: the address counts.
//
//	func userID(ctx context.Context) (string, error) {
//		user, err := auth.Current(ctx)
//		if user == nil {
//			return "", err
//		}
//		return strconv.FormatInt(user.ID, 10), nil
//	}
//
// Wrapped inside a guard, such as auth.LoginRequired, all are users.
func User(of func(ctx context.Context) (string, error)) func(*http.Request) string {
	return func(r *http.Request) string {
		if id, err := of(r.Context()); id != "" && err == nil {
			return "user " + id
		}
		return Address(r)
	}
}

// Network returns what one visitor has: an IPv4 address, or the first 64 bits of an IPv6 address,
// since a visitor has as many of those as there are.
func Network(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		return netip.PrefixFrom(addr, 64).Masked().String()
	}
	return addr.String()
}
