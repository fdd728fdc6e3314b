package club_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/api"
)

// TestPrograms: what a token allows is what the document of the API says.
func TestPrograms(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		token := func(scopes ...string) string {
			secret, _, err := authtest.Of(t, c).CreateToken(t.Context(), c.DB, ann, "till", time.Now().Add(time.Hour), scopes...)
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		reads, writes := token("board:read"), token("board:read", "board:write")
		for _, test := range []struct {
			token, method, target, body string
			status                      int
		}{
			{"", "GET", "/api/", "", 401},
			{reads, "GET", "/api/", "", 200},
			{reads, "POST", "/api/", `{"title":"Boat","text":"It leaks."}`, 403},
			{writes, "POST", "/api/", `{"title":"Boat","text":"It leaks.","inner":true}`, 201},
			{reads, "GET", "/api/1/", "", 200},
			{writes, "PATCH", "/api/1/", `{"title":"Old boat"}`, 200},
			{reads, "DELETE", "/api/1/", "", 403},
		} {
			r := httptest.NewRequest(test.method, test.target, strings.NewReader(test.body))
			r.Host = "localhost"
			if test.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			if test.token != "" {
				r.Header.Set("Authorization", "Bearer "+test.token)
			}
			rec := httptest.NewRecorder()
			c.Site.ServeHTTP(rec, r)
			if rec.Code != test.status {
				t.Errorf("%s %s: %d %s, want %d", test.method, test.target, rec.Code, rec.Body, test.status)
			}
		}
		doc := api.Describe(api.Info{}, c.Site.Routes())
		for method, scope := range map[string]string{http.MethodGet: "board:read", http.MethodPost: "board:write"} {
			item := doc.Paths["/api/"][strings.ToLower(method)]
			if item == nil || len(item.Security) != 1 || len(item.Security[0]["token"]) != 1 || item.Security[0]["token"][0] != scope {
				t.Errorf("%s: %+v", method, item)
			}
		}
		if doc.Components.SecuritySchemes["token"].Scheme != "bearer" || doc.Components.Schemas["Notice"] == nil {
			t.Errorf("%+v", doc.Components)
		}
	})
}
