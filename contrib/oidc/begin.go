package oidc

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	"github.com/volaweb/vola/web/sessions"
)

const (
	// attemptFor is how long a visitor has to log in at the provider.
	attemptFor = 15 * time.Minute
	// browserFor is how long a browser is known by its cookie.
	browserFor = 2 * time.Hour
	// browserCookie is its name. It is not the session, which begins again with a log-in.
	browserCookie = "oidc"
	// maxNext is how long the address is that people come back to, in bytes.
	maxNext = 2000
)

// What a visitor is sent to a provider for.
const (
	toLogIn   = "login"
	toLink    = "link"
	toConfirm = "confirm" // that they are still who has logged in
)

var (
	leavePage  = templates.Page[leaveData]("oidc/leave.html")
	failedPage = templates.Page[failedData]("oidc/failed.html")
)

// leaveData is what the page shows that leads to a provider.
type leaveData struct{ Provider, To string }

// failedData says why a log-in has failed.
type failedData struct {
	Message string
	Detail  string // in the words of the provider, "" for none
	Back    string // where to try again
}

// browserOf returns what stands in the tables for the browser that sends a request, "" if it has
// no cookie.
func browserOf(r *http.Request) string {
	value, ok := web.HostCookieValue(r, browserCookie)
	if !ok || value == "" {
		return ""
	}
	return hashOf(value)
}

// markBrowser gives the browser a cookie, or lets it keep that which it has.
func markBrowser(w http.ResponseWriter, r *http.Request) (string, error) {
	value, _ := web.HostCookieValue(r, browserCookie)
	if _, ok := sessions.HashToken(value); !ok {
		value = sessions.NewToken()
	}
	return hashOf(value), web.SetCookie(w, web.HostCookie(r, browserCookie, value, browserFor))
}

// beginLogIn sends a visitor to a provider.
func (m *OIDC) beginLogIn(w http.ResponseWriter, r *http.Request) error {
	return m.begin(w, r, toLogIn, nil)
}

// beginLink sends a user to a provider, to link an account there.
func (m *OIDC) beginLink(w http.ResponseWriter, r *http.Request) error {
	return m.beginOwn(w, r, toLink)
}

// beginConfirm sends a user to a provider, which asks them again who they are.
func (m *OIDC) beginConfirm(w http.ResponseWriter, r *http.Request) error {
	return m.beginOwn(w, r, toConfirm)
}

func (m *OIDC) beginOwn(w http.ResponseWriter, r *http.Request, kind string) error {
	user, err := auth.Current(r.Context())
	if err != nil {
		return err
	}
	return m.begin(w, r, kind, user)
}

// begin sends the visitor to the provider that the form names.
func (m *OIDC) begin(w http.ResponseWriter, r *http.Request, kind string, user *auth.User) error {
	ctx := r.Context()
	p := m.provider(r.PostFormValue("provider"))
	if p == nil {
		return fault.New(fault.NotFound, "You cannot log in with this service here.")
	}
	res, err := m.starts.Take(ctx, ratelimit.Address(r))
	if err == nil {
		err = res.Err()
	}
	if err != nil {
		return err
	}
	k, err := p.discover(ctx)
	if err != nil {
		return m.fail(w, r, errDown(p, err), "")
	}
	browser, err := markBrowser(w, r)
	if err != nil {
		return err
	}
	state := sessions.NewToken()
	at := Attempt{Hash: hashOf(state), Provider: p.Name, Kind: kind, Browser: browser, Nonce: sessions.NewToken(), Verifier: sessions.NewToken(),
		Next: shortNext(r, r.PostFormValue("next")), Language: i18n.From(ctx).Tag(), Expires: m.Now().Add(attemptFor)}
	if user != nil {
		mine := orm.RefTo[auth.User](user.ID)
		at.User = &mine
	}
	if err := orm.Create(ctx, m.DB, &at); err != nil {
		return err
	}
	to, err := m.address(p, k, &at, state)
	if err != nil {
		return err
	}
	noStore(w)
	// A page of its own in place of a redirect: form-action of the security policy counts for
	// where a form leads to in the end, and a provider may lead on to others.
	w.Header().Set("Refresh", "0; url="+to)
	w.Header().Set("Referrer-Policy", "no-referrer")
	return m.Render(w, r, leavePage.Data(leaveData{p.Label, to}))
}

// address is where the provider asks people who they are.
func (m *OIDC) address(p *provider, k *known, at *Attempt, state string) (string, error) {
	redirect, err := m.redirect(p)
	if err != nil {
		return "", err
	}
	oauth := k.oauth
	oauth.RedirectURL = redirect
	options := []oauth2.AuthCodeOption{gooidc.Nonce(at.Nonce), oauth2.S256ChallengeOption(at.Verifier), oauth2.SetAuthURLParam("ui_locales", at.Language)}
	for name, value := range p.Params {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	if at.Kind == toConfirm {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return oauth.AuthCodeURL(state, options...), nil
}

// redirect is where the provider sends people back to. Each has its own, so that the answer of
// one is not taken for that of another.
func (m *OIDC) redirect(p *provider) (string, error) {
	path, err := m.URL("oidc:callback", p.Name)
	return m.Site.BaseURL + path, err
}

// shortNext returns an address of this site, "" for one that is not, or is too long.
func shortNext(r *http.Request, next string) string {
	if next = web.SafeNext(r, next, ""); len(next) > maxNext {
		return ""
	}
	return next
}

// takeAttempt deletes what an answer is to, and returns it: of several answers to it one gets it,
// before any is checked. It is that of the browser.
func (m *OIDC) takeAttempt(r *http.Request, p *provider, state string) (*Attempt, error) {
	browser := browserOf(r)
	if browser == "" || state == "" {
		return nil, errOver()
	}
	rows, err := orm.Returning[Attempt](orm.From[Attempt](m.DB).Where(Attempts.Hash.Eq(hashOf(state)), Attempts.Provider.Eq(p.Name),
		Attempts.Browser.Eq(browser), Attempts.Expires.Gt(m.Now())), orm.Row[Attempt]()).Delete(r.Context())
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, errOver()
	}
	return &rows[0], nil
}

func errOver() error {
	return fault.New(fault.Invalid, "That took too long, was done already, or was begun in another browser. Try again.")
}

func errDown(p *provider, cause error) error {
	return fault.Wrap(fault.Unavailable, cause, "{provider} does not answer. Try again later, or log in in another way.", "provider", p.Label)
}

func errAnswer(p *provider, cause error) error {
	return fault.Wrap(fault.Invalid, cause, "The answer of {provider} is not right, so that nobody is logged in. Try again.", "provider", p.Label)
}

// fail shows why a log-in has failed; an error without words for people is returned.
func (m *OIDC) fail(w http.ResponseWriter, r *http.Request, err error, detail string) error {
	ctx := r.Context()
	message := web.Message(ctx, err)
	if fault.Message(err) == "" {
		return err
	}
	user, failed := auth.Current(ctx)
	if failed != nil {
		return failed
	}
	route := "accounts:login"
	if user != nil {
		route = "accounts:account"
	}
	back, failed := m.URLFor(ctx, route)
	if failed != nil {
		return failed
	}
	noStore(w)
	return m.RenderStatus(w, r, web.Status(err), failedPage.Data(failedData{message, detail, back}))
}

// noStore keeps a page out of every cache, that of the browser too.
func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }

// hashOf returns the SHA-256 of a text as text.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// plain is a text of a provider as people may read it: one line, not too long.
func plain(text string, n int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	return shorten(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return -1
		}
		return c
	}, text), n)
}

// shorten returns the first n characters of a text.
func shorten(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}
