package recipes_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/recipes"
)

// TestAddTwice sends the page of one recipe many times: it is stored once.
func TestAddTwice(t *testing.T) {
	each(t, "testdata/recipes.csv", func(t *testing.T, c *volatest.Client) {
		count := func() int64 {
			t.Helper()
			n, err := orm.From[recipes.Recipe](c.DB).Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		page := c.Get("/add/")
		key, _ := page.Attr("[name=form_key]", "value")
		stew := webtest.Values{"form_key": key, "title": "Stew", "minutes": "90", "servings": "4", "method": "Simmer."}
		where := make(chan string, 8)
		var wait sync.WaitGroup
		for range cap(where) {
			wait.Go(func() {
				p := webtest.New(t, c.Site).Post("/add/", stew).WantStatus(http.StatusSeeOther)
				where <- p.Header.Get("Location")
			})
		}
		wait.Wait()
		first := <-where
		for len(where) > 0 {
			if next := <-where; next != first {
				t.Errorf("one is led to %s and another to %s", first, next)
			}
		}
		if n := count(); n != before+1 {
			t.Fatalf("%d recipes, want one more than %d", n, before)
		}

		// Another content under the same key, as after the button "back", is asked about.
		stew["title"] = "Stew with dumplings"
		p := c.Post("/add/", stew).WantStatus(422).WantContains(".form-errors", "You have sent this form before, with other content.")
		if n := count(); n != before+1 {
			t.Errorf("%d recipes, want one more than %d", n, before)
		}
		p.Submit("form.form", nil).WantStatus(http.StatusSeeOther)
		if n := count(); n != before+2 {
			t.Errorf("%d recipes, want two more than %d", n, before)
		}

		// A form with an error is not stored, and its key can be used.
		p = c.Get("/add/").Submit("form.form", webtest.Values{"title": "Stew", "minutes": "1", "method": "x"}).WantStatus(422)
		p.Submit("form.form", webtest.Values{"title": "Another stew"}).WantStatus(http.StatusSeeOther)
		if n := count(); n != before+3 {
			t.Errorf("%d recipes, want three more than %d", n, before)
		}
	})
}
