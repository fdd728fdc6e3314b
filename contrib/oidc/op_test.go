package oidc_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/contrib/oidc"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

const base = "http://example.test"

// people are who has an account at the provider. Their password is that of the name.
type people map[string]*storage.User

func (p people) GetUserByID(id string) *storage.User { return p[id] }
func (p people) ExampleClientID() string             { return "service" }
func (p people) GetUserByUsername(name string) *storage.User {
	for _, u := range p {
		if u.Username == name {
			return u
		}
	}
	return nil
}

// everybody is who has an account at the provider.
func everybody() people {
	out := people{}
	for _, u := range []*storage.User{
		{ID: "sub-ann", Username: "ann", FirstName: "Ann", LastName: "Lee", Email: "ann@example.org", EmailVerified: true},
		{ID: "sub-mallory", Username: "mallory", FirstName: "Mallory", LastName: "M", Email: "ann@example.org"}, // not hers
		{ID: "sub-eve", Username: "eve", FirstName: "Eve", LastName: "E", Email: "eve@example.org"},
		{ID: "sub-nomail", Username: "nomail", FirstName: "No", LastName: "Mail"},
	} {
		u.Password = u.Username
		out[u.ID] = u
	}
	return out
}

// realProvider starts a provider that another project has written, and returns its address.
// callback is where it may send people back to.
func realProvider(t *testing.T, callback string) string {
	t.Helper()
	var handler atomic.Pointer[http.Handler]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*handler.Load()).ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	store := storage.NewStorageWithClients(everybody(), map[string]*storage.Client{"site": storage.WebClient("site", "secret", callback)})
	var h http.Handler = exampleop.SetupServer(server.URL, store, nil, false)
	handler.Store(&h)
	return server.URL
}

// acme is a provider as a site names it.
func acme(issuer string) oidc.Provider {
	return oidc.Provider{Name: "acme", Label: "Acme", Issuer: issuer, ClientID: "site", Secret: "secret"}
}

// site has a provider and accounts, with what the functions change.
func site(cfg auth.Config, providers ...oidc.Provider) func() vola.Config {
	cfg.Hashing = passwords.Config{Memory: 64, Time: 1} // cheap hashes
	return func() vola.Config {
		accounts := auth.New(cfg)
		return vola.Config{Name: "Papers", Modules: []module.Module{accounts, oidc.New(oidc.Config{Auth: accounts, Providers: providers})}}
	}
}

// leave presses a button of a page, and returns where it leads to at the provider.
func leave(t *testing.T, page *webtest.Response, button string) string {
	t.Helper()
	res := page.Form(button).Press(button).WantStatus(200).WantHeader("Cache-Control", "private, no-store")
	to, ok := strings.CutPrefix(res.Header.Get("Refresh"), "0; url=")
	if !ok {
		t.Fatalf("the button %q leads to no provider: %s", button, res.Body)
	}
	return to
}

// logInAt logs in at the provider and returns the path where it sends the browser back to.
func logInAt(t *testing.T, to, name string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	back := ""
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/callback/") {
			back = r.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := client.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	form := url.Values{"id": {res.Request.URL.Query().Get("authRequestID")}, "username": {name}, "password": {name}}
	res, err = client.PostForm(res.Request.URL.Scheme+"://"+res.Request.URL.Host+"/login/username", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if back == "" {
		t.Fatalf("the provider does not lead back: %s %s", res.Status, res.Request.URL)
	}
	return back
}

// logIn logs in by the button of the log-in page.
func logIn(t *testing.T, c *volatest.Client, name string) *webtest.Response {
	t.Helper()
	return c.Get(logInAt(t, leave(t, c.Get("/accounts/login/"), "Log in with Acme"), name))
}

// isIn reports whether somebody is logged in.
func isIn(c *volatest.Client) bool { return c.Get("/accounts/").Status == 200 }

// kinds returns the kinds of the events, the newest last.
func kinds(t *testing.T, c *volatest.Client) string {
	t.Helper()
	var out []string
	for _, e := range events(t, c) {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, ", ")
}

var stateOf = regexp.MustCompile(`[?&]state=([^&]+)`)
