package ledger_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/examples/ledger"
	"github.com/volaweb/vola/web"
)

// asker asks the API as a program does.
type asker struct {
	t   *testing.T
	mux *web.Mux
}

func newAsker(t *testing.T, db *database.DB) asker {
	t.Helper()
	r := web.NewRouter()
	ledger.API(r, func() *database.DB { return db })
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return asker{t, mux}
}

// ask sends a request and wants a status.
func (a asker) ask(status int, method, target, body string, header ...string) (*httptest.ResponseRecorder, map[string]any) {
	a.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	a.mux.ServeHTTP(rec, r)
	if rec.Code != status {
		a.t.Fatalf("%s %s %s: %d, want %d: %s", method, target, body, rec.Code, status, rec.Body)
	}
	var out map[string]any
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
			a.t.Fatal(err, rec.Body)
		}
	}
	return rec, out
}

func TestAPI(t *testing.T) {
	withEntries(t, func(t *testing.T, ctx context.Context, db *database.DB, accounts []ledger.Account) {
		a := newAsker(t, db)
		account := strconv.FormatInt(accounts[0].ID, 10)

		// The list, to its end and back.
		seen, cursor, parts := map[float64]bool{}, "", 0
		for {
			rec, list := a.ask(200, "GET", "/entries/?size=200&account="+account+"&cursor="+cursor, "")
			for _, item := range list["items"].([]any) {
				seen[item.(map[string]any)["id"].(float64)] = true
			}
			parts++
			next, _ := list["next"].(string)
			if next == "" {
				if link := rec.Header().Values("Link"); len(link) != 1 || !strings.HasSuffix(link[0], `rel="prev"`) {
					t.Error(link)
				}
				break
			}
			cursor = next
		}
		if len(seen) != 1201 || parts != 7 {
			t.Errorf("%d entries in %d parts", len(seen), parts)
		}
		_, list := a.ask(200, "GET", "/entries/?kind=withdrawal", "")
		if items := list["items"].([]any); len(items) != 1 || items[0].(map[string]any)["note"] != "with a, comma" || list["next"] != nil {
			t.Error(list)
		}
		a.ask(400, "GET", "/entries/?kind=theft", "")
		a.ask(400, "GET", "/entries/?archived=true", "")
		a.ask(400, "GET", "/entries/?cursor=zzz", "")
		a.ask(422, "GET", "/entries/?size=201", "")

		// A new one, with what is wrong first.
		_, problem := a.ask(400, "POST", "/entries/", `{"account":1,"kind":"deposit","cents":5,"at":"2026-01-01T00:00:00Z","archived":true}`)
		if problem["detail"] != "The field /archived is not known." {
			t.Error(problem)
		}
		a.ask(422, "POST", "/entries/", `{"account":`+account+`,"kind":"theft","cents":5,"at":"2026-01-01T00:00:00Z"}`)
		a.ask(422, "POST", "/entries/", `{"account":`+account+`,"kind":"deposit","at":"2026-01-01T00:00:00Z"}`)
		a.ask(409, "POST", "/entries/", `{"account":99,"kind":"deposit","cents":5,"at":"2026-01-01T00:00:00Z"}`)
		a.ask(422, "POST", "/entries/", `{"account":`+account+`,"kind":"deposit","cents":-5,"at":"2026-01-01T00:00:00Z"}`)
		rec, entry := a.ask(201, "POST", "/entries/", `{"account":`+account+`,"kind":"deposit","cents":5,"at":"2026-01-01T00:00:00Z"}`)
		at := "/entries/" + strconv.FormatFloat(entry["id"].(float64), 'f', 0, 64) + "/"
		if entry["note"] != nil || entry["account"] != float64(accounts[0].ID) {
			t.Error(entry)
		}

		// An edit names only what changes, and is refused if somebody else was quicker.
		created := rec.Header().Get("ETag")
		got, _ := a.ask(200, "GET", at, "")
		if got.Header().Get("ETag") != created || created == "" {
			t.Errorf("the ETag was %s and is %s", created, got.Header().Get("ETag"))
		}
		_, entry = a.ask(200, "PATCH", at, `{"note":"hello"}`, "If-Match", created)
		if entry["note"] != "hello" || entry["cents"] != 5.0 {
			t.Error(entry)
		}
		a.ask(412, "PATCH", at, `{"note":"late"}`, "If-Match", created)
		a.ask(400, "PATCH", at, `{"id":7}`)
		a.ask(400, "PATCH", at, `{"cents":null}`)
		_, entry = a.ask(200, "PATCH", at, `{"note":null}`)
		if entry["note"] != nil {
			t.Error(entry)
		}
		a.ask(403, "DELETE", at, "")
		a.ask(404, "GET", "/entries/999999/", "")
		a.ask(404, "GET", "/entries/x/", "")
		if _, sum := a.ask(200, "GET", "/accounts/"+account+"/balance/", ""); sum["cents"] != 1200.0*1201/2-500+5 {
			t.Error(sum)
		}
	})
}
