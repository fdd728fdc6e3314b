package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	limits "github.com/volaweb/vola/web/ratelimit/dbstore"
)

// throttle counts what could be guesses. Names are counted whether or not somebody has them.
type throttle struct {
	pair, network, name *ratelimit.Limiter // of log-in
	code                *ratelimit.Limiter // of a second factor, and of a password that is asked for again
	mails, asks         *ratelimit.Limiter // of mails to an address, and from a network
}

// newThrottle returns the limits on a site. They are in the database, so that all processes of
// the site count together.
func newThrottle(h *module.Host) throttle {
	secret := h.Signer.Derive("accounts limits")
	store := limits.New(func() *database.DB { return h.DB })
	limit := func(name string, rate int, per time.Duration, burst int) *ratelimit.Limiter {
		return ratelimit.New(ratelimit.Config{Name: name, Limit: ratelimit.Limit{Rate: rate, Per: per, Burst: burst}, Store: store, Secret: secret, Now: h.Now})
	}
	return throttle{
		pair:    limit("login-pair", 1, time.Minute, 5),
		network: limit("login-network", 30, 10*time.Minute, 30),
		name:    limit("login-name", 20, time.Hour, 20),
		code:    limit("login-code", 5, 15*time.Minute, 5),
		mails:   limit("mail-address", 5, time.Hour, 2),
		asks:    limit("mail-network", 20, time.Hour, 20),
	}
}

// reservations are tries that were counted before they were made, so that many at once are
// counted too.
type reservations []*ratelimit.Reservation

// giveBack is called when a try was no guess.
func (rs reservations) giveBack(ctx context.Context) error {
	var errs []error
	for _, r := range rs {
		errs = append(errs, r.Return(ctx))
	}
	return errors.Join(errs...)
}

// beforePassword counts a try of a password: for this name from this network, from this
// network, and for this name from devices that its owner has not used. The last one keeps
// guesses from many networks away without keeping out the owner, whose device has a cookie;
// tries with the cookie are counted for the cookie, as often.
func (a *Auth) beforePassword(r *http.Request, login string, user *User) (reservations, error) {
	login = Fold(login)
	if login == "" {
		login = "-"
	}
	network := ratelimit.Address(r)
	type try struct {
		limit *ratelimit.Limiter
		name  string
	}
	tries := []try{{a.throttle.network, network}, {a.throttle.pair, login + " " + network}}
	if !a.knownDevice(r, user) {
		tries = append(tries, try{a.throttle.name, login})
	} else {
		// Whoever has a copy of the cookie can send it from as many networks as they like.
		cookie, _ := web.HostCookieValue(r, deviceCookie)
		tries = append(tries, try{a.throttle.name, "device " + cookie})
	}
	var taken reservations
	for _, t := range tries {
		res, err := t.limit.Take(r.Context(), t.name)
		if err != nil {
			return nil, err
		}
		if err := res.Err(); err != nil {
			return nil, err
		}
		taken = append(taken, res)
	}
	return taken, nil
}

// beforeCode counts a try of a second factor, or of a password by somebody who is logged in.
// Another network does not help.
func (a *Auth) beforeCode(ctx context.Context, user *User) (reservations, error) {
	res, err := a.throttle.code.Take(ctx, strconv.FormatInt(user.ID, 10))
	if err != nil {
		return nil, err
	}
	return reservations{res}, res.Err()
}

// mayMail counts a mail that somebody asks for. If there were too many it is not sent, and the
// page does not say so.
func (a *Auth) mayMail(r *http.Request, email string) (bool, error) {
	for _, t := range []struct {
		limit *ratelimit.Limiter
		name  string
	}{{a.throttle.asks, ratelimit.Address(r)}, {a.throttle.mails, Fold(email)}} {
		res, err := t.limit.Take(r.Context(), t.name)
		if err != nil {
			return false, err
		}
		if !res.Allowed {
			a.Log.Warn("a mail was not sent, as too many were asked for", "limit", t.limit.Name())
			return false, nil
		}
	}
	return true, nil
}

// deviceCookie is the name of the cookie that says which user has logged in on a device. It
// lets nobody in: it keeps others' guesses from keeping the user out.
const (
	deviceCookie = "device"
	deviceFor    = 365 * 24 * time.Hour
)

// knownDevice reports whether a user has logged in on this device before.
func (a *Auth) knownDevice(r *http.Request, user *User) bool {
	value, ok := web.HostCookieValue(r, deviceCookie)
	id, signature, found := strings.Cut(value, ".")
	good := ok && found && a.Signer.Check("accounts device", id, signature, a.Now()) == nil
	return good && user != nil && id == strconv.FormatInt(user.ID, 10)
}

// rememberDevice sets the cookie.
func (a *Auth) rememberDevice(w http.ResponseWriter, r *http.Request, user *User) error {
	id := strconv.FormatInt(user.ID, 10)
	value := id + "." + a.Signer.Sign("accounts device", id, a.Now().Add(deviceFor))
	if err := web.SetCookie(w, web.HostCookie(r, deviceCookie, value, deviceFor)); err != nil {
		return fmt.Errorf("remember the device: %w", err)
	}
	return nil
}
