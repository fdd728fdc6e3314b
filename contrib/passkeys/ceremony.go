package passkeys

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	"github.com/volaweb/vola/web/sessions"
)

const (
	// ceremonyFor is how long a browser has for its answer.
	ceremonyFor = 2 * time.Minute
	// maxMessage is how long a message of a browser may be, in bytes.
	maxMessage = 64 << 10
)

// What is signed.
const (
	toAdd   = "add"
	toLogIn = "login"
)

// inBrowser has what the session that begins is known by.
const inBrowser = sessions.Key[string]("_passkeys.browser")

// begun is what a browser is asked to sign, and what it sends with its answer.
type begun struct {
	Ceremony string `json:"ceremony"`
	Options  any    `json:"options"`
}

// answer is what a browser sends back.
type answer struct {
	Ceremony string          `json:"ceremony"`
	Response json.RawMessage `json:"response"`
	Next     string          `json:"next"`     // of a log-in: where the visitor was
	Remember bool            `json:"remember"` // of a log-in
}

func errNowhere() error {
	return fault.New(fault.NotFound, "This site has no passkeys at this address.")
}

func errOver() error {
	return fault.New(fault.Invalid, "That took too long, or was sent already. Try again.")
}

// mayBegin counts what a network begins.
func (p *Passkeys) mayBegin(r *http.Request) error {
	res, err := p.begin.Take(r.Context(), ratelimit.Address(r))
	if err != nil {
		return err
	}
	return res.Err()
}

// keepCeremony stores what the browser is asked to sign, and returns the name by which it sends
// the answer.
func (p *Passkeys) keepCeremony(ctx context.Context, c *Ceremony, data *webauthn.SessionData) (string, error) {
	browser, err := inBrowser.Get(ctx)
	if err != nil {
		return "", err
	}
	if browser == "" {
		browser = sessions.NewToken()
		if err := inBrowser.Set(ctx, browser); err != nil {
			return "", err
		}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	name := sessions.NewToken()
	c.Hash, c.Browser, c.Session, c.Expires = hashOf([]byte(name)), hashOf([]byte(browser)), string(raw), p.Now().Add(ceremonyFor)
	return name, orm.Create(ctx, p.DB, c)
}

// takeCeremony deletes what an answer is to, and returns it: of several answers to it one gets
// it, before any is checked. It is that of the session and, of one that adds a passkey, of the
// user.
func (p *Passkeys) takeCeremony(ctx context.Context, kind, name string, user *auth.User) (*Ceremony, *webauthn.SessionData, error) {
	browser, err := inBrowser.Get(ctx)
	if err != nil {
		return nil, nil, err
	}
	if browser == "" || name == "" {
		return nil, nil, errOver()
	}
	q := orm.From[Ceremony](p.DB).Where(Ceremonies.Hash.Eq(hashOf([]byte(name))), Ceremonies.Kind.Eq(kind),
		Ceremonies.Browser.Eq(hashOf([]byte(browser))), Ceremonies.Expires.Gt(p.Now()))
	if user != nil {
		q = q.Where(Ceremonies.User.Eq(user.ID))
	}
	rows, err := orm.Returning[Ceremony](q, orm.Row[Ceremony]()).Delete(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(rows) != 1 {
		return nil, nil, errOver()
	}
	data := new(webauthn.SessionData)
	// What another version of the library has stored may not be read any more.
	if err := json.Unmarshal([]byte(rows[0].Session), data); err != nil || data.Expires.IsZero() {
		return nil, nil, errOver()
	}
	return &rows[0], data, nil
}

// answerTo tells the script where to go.
func answerTo(w http.ResponseWriter, to string) error {
	noStore(w)
	return web.JSON(w, http.StatusOK, map[string]string{"to": to})
}

// hashOf returns the SHA-256 of bytes as text.
func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
