package ormforms_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
)

type shop struct {
	ID   int64
	Name string `db:"size=20,unique" label:"Name"`
}

// item is a row of a shop, with a reference that may be NULL and a version.
type item struct {
	ID      int64
	Shop    orm.Ref[shop]  `db:"on_delete=cascade"`
	Maker   *orm.Ref[shop] `label:"Maker"`
	Code    string         `db:"size=10" label:"Code"`
	Price   string         `db:"decimal=6.2" form:"min=0" label:"Price"`
	Place   int64          `form:"position"`
	Version int64          `db:"version"`
}

// sale refers to an item, which cannot be removed then.
type sale struct {
	ID   int64
	Item orm.Ref[item] `db:"on_delete=protect"`
}

type itemFields struct {
	ID      *orm.Number[*item, int64]
	Shop    *orm.ForeignKey[*item, *shop, int64]
	Maker   *orm.NullForeignKey[*item, *shop, int64]
	Code    *orm.Text[*item, string]
	Price   *orm.Number[*item, string]
	Place   *orm.Number[*item, int64]
	Version *orm.Number[*item, int64]
}

func itemColumns() itemFields { return orm.Describe[itemFields]() }

func shopName() *orm.Text[*shop, string] { return orm.Descriptor[orm.Text[*shop, string]]("Name") }

// stock is the form of a shop with its items.
type stock struct {
	Shop  shop
	Items []item `form:"max=200,extra=1" label:"Items" row:"Item"`
}

// stocktaking is a database with a shop of many items, and the form of both.
type stocktaking struct {
	db   *database.DB
	form *forms.Form[stock]
	rows *ormforms.Rows[item]
	shop shop
}

func eachStock(t *testing.T, items int, test func(t *testing.T, s stocktaking)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[shop](), orm.Model[item](orm.Unique("Shop", "Code")), orm.Model[sale]()}})
		if err == nil {
			err = errors.Join(orm.Use(db, models), models.CreateTables(ctx, db))
		}
		s := stocktaking{db: db, shop: shop{Name: "Corner"}}
		if err == nil {
			err = orm.Create(ctx, db, &s.shop)
		}
		for i := range items {
			if err == nil {
				err = orm.Create(ctx, db, &item{Shop: orm.RefTo[shop](s.shop.ID), Code: fmt.Sprint("c", i+1), Price: "1.50", Place: int64(i + 1)})
			}
		}
		var parts []forms.Part
		if err == nil {
			parts, err = ormforms.Fields(db, "Shop", orm.Field[shop](shopName()))
		}
		if err == nil {
			c := itemColumns()
			s.rows, err = ormforms.RowsOf(db, "Items", []orm.Field[item]{c.Maker, c.Code, c.Price, c.Place})
		}
		if err == nil {
			s.form = forms.Of[stock](append(parts, s.rows.Part())...)
			err = s.form.Check()
		}
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
}

// bind binds the form to the rows as they are now.
func (s stocktaking) bind(t *testing.T) *forms.Bound[stock] {
	t.Helper()
	items, err := orm.From[item](s.db).OrderBy(itemColumns().Place.Asc(), itemColumns().ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := s.form.Bind(t.Context(), stock{s.shop, items})
	if err := forms.ChooseEach(form.Values, func(i *item) any { return &i.Maker }, forms.Choice{Value: s.shop.ID, Label: s.shop.Name}); err != nil {
		t.Fatal(err)
	}
	return form
}

// page is what a browser sends for a form as it is shown.
func page(form *forms.Bound[stock]) url.Values {
	out := url.Values{"name": {form.Value.Shop.Name}}
	items, _ := form.Field("items")
	for _, row := range items.Rows.Items {
		out.Add("items", row.Key)
		for _, f := range row.Fields() {
			out.Set(f.Name, f.Value)
		}
	}
	for _, text := range items.Rows.Gone {
		out.Add("items.gone", text)
	}
	return out
}

// save sends a page, and stores what was read.
func (s stocktaking) save(t *testing.T, sent url.Values) (form *forms.Bound[stock], statements []string) {
	t.Helper()
	form = s.bind(t)
	r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ok, err := form.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return form, nil
	}
	var lock sync.Mutex
	ctx := database.Observe(t.Context(), func(_ context.Context, s database.Statement) {
		lock.Lock()
		defer lock.Unlock()
		if strings.Contains(s.SQL, "t_item") {
			statements = append(statements, strings.Fields(s.SQL)[0])
		}
	})
	_, err = ormforms.Save(ctx, s.db, form, func(ctx context.Context, tx *database.Tx) error {
		return s.rows.Save(ctx, tx, form.Values, &form.Value.Items, func(i *item) { i.Shop = orm.RefTo[shop](s.shop.ID) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return form, statements
}

func rowProblems(form *forms.Bound[stock]) string {
	out := append([]string{}, form.Errors()...)
	for _, p := range form.Problems() {
		out = append(out, p.Text)
	}
	return strings.Join(out, "; ")
}

// TestRowsThatChanged: of 100 rows only those that changed are written, each by one statement.
func TestRowsThatChanged(t *testing.T) {
	t.Parallel()
	eachStock(t, 100, func(t *testing.T, s stocktaking) {
		tests := []struct {
			name       string
			change     func(sent url.Values)
			statements string
		}{
			{"nothing", func(url.Values) {}, ""},
			{"the same in other words", func(sent url.Values) { sent.Set("items.3.price", "1.5") }, "UPDATE"},
			{"three prices", func(sent url.Values) {
				for _, key := range []string{"1", "50", "100"} {
					sent.Set("items."+key+".price", "2")
				}
			}, "UPDATE UPDATE UPDATE"},
			{"a new row, a changed one, and the last removed", func(sent url.Values) {
				sent.Set("items.n1.code", "new")
				sent.Set("items.n1.price", "3")
				sent.Set("items.7.maker", strconv.FormatInt(s.shop.ID, 10))
				sent.Add("items.gone", "100."+sent.Get("items.100.version"))
			}, "DELETE UPDATE INSERT"},
			{"the first two change places", func(sent url.Values) { keys := sent["items"]; keys[0], keys[1] = keys[1], keys[0] }, "UPDATE UPDATE"},
		}
		for _, tt := range tests {
			sent := page(s.bind(t))
			tt.change(sent)
			form, statements := s.save(t, sent)
			if got := strings.Join(statements, " "); got != tt.statements || !form.Valid() {
				t.Errorf("%s: %s, want %s (%s)", tt.name, got, tt.statements, rowProblems(form))
			}
		}
		seven, err := orm.Find[item](t.Context(), s.db, 7)
		if err != nil || seven.Maker == nil || seven.Maker.ID != s.shop.ID {
			t.Errorf("%+v, %v", seven, err)
		}
		sent := page(s.bind(t))
		sent.Set("items.7.maker", "")
		s.save(t, sent)
		if seven, err = orm.Find[item](t.Context(), s.db, 7); err != nil || seven.Maker != nil {
			t.Errorf("%+v, %v", seven, err)
		}
	})
}

// TestRowsThatFail: what the database says is at the row that it is about, and nothing is
// written.
func TestRowsThatFail(t *testing.T) {
	t.Parallel()
	eachStock(t, 3, func(t *testing.T, s stocktaking) {
		tests := []struct {
			name     string
			change   func(sent url.Values)
			problems string
		}{
			{"a code that is taken", func(sent url.Values) { sent.Set("items.2.code", "c1"); sent.Set("items.3.price", "9") }, "Item 2, Code: This is taken already."},
			{"a new row with one", func(sent url.Values) { sent.Set("items.n1.code", "c1"); sent.Set("items.n1.price", "9") }, "Item 4, Code: This is taken already."},
			{"a price that does not fit", func(sent url.Values) { sent.Set("items.2.price", "12345") }, "Item 2, Price: This number is too large."},
			{"a price with too many digits", func(sent url.Values) { sent.Set("items.2.price", "1.234") }, "Item 2, Price: Use at most 2 digits after the point."},
			{"an older version", func(sent url.Values) { sent.Set("items.2.version", "7"); sent.Set("items.2.price", "9") },
				"Item 2: Somebody else has changed this meanwhile, so nothing was stored. Send it again to replace what they have changed."},
			{"no version at all", func(sent url.Values) { sent.Set("items.2.version", "x"); sent.Set("items.2.price", "9") },
				"Item 2: Somebody else has changed this meanwhile, so nothing was stored. Send it again to replace what they have changed."},
		}
		for _, tt := range tests {
			sent := page(s.bind(t))
			tt.change(sent)
			form, _ := s.save(t, sent)
			if got := rowProblems(form); got != tt.problems {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.problems)
			}
			n, err := orm.From[item](s.db).Where(itemColumns().Price.Eq("1.50")).Count(t.Context())
			if err != nil || n != 3 {
				t.Errorf("%s: %d rows are as they were, %v", tt.name, n, err)
			}
		}
		// A row that is still needed comes back, and says so.
		if err := orm.Create(t.Context(), s.db, &sale{Item: orm.RefTo[item](3)}); err != nil {
			t.Fatal(err)
		}
		sent := page(s.bind(t))
		sent.Add("items.gone", "3."+sent.Get("items.3.version"))
		sent.Set("items.1.price", "9")
		form, _ := s.save(t, sent)
		if got := rowProblems(form); !strings.HasSuffix(got, ": This cannot be removed, as something else still needs it.") {
			t.Error(got)
		}
		again := page(form)
		if again.Get("items.3.code") != "c3" || again.Has("items.gone") || again.Get("items.1.price") != "9" {
			t.Errorf("the page after it: %v", again)
		}
		if form, _ = s.save(t, again); !form.Valid() {
			t.Errorf("sent again: %s", rowProblems(form))
		}
		// A row that somebody else has changed since the page was made is not removed unseen.
		for i, remove := range []func(sent url.Values){
			func(sent url.Values) { sent.Add("items.gone", "2."+sent.Get("items.2.version")) },
			func(sent url.Values) { sent.Set("items.remove", "2") },
		} {
			sent = page(s.bind(t))
			other, err := orm.Find[item](t.Context(), s.db, 2)
			other.Price = fmt.Sprint(i + 5)
			if err := errors.Join(err, orm.Update(t.Context(), s.db, &other, itemColumns().Price)); err != nil {
				t.Fatal(err)
			}
			remove(sent)
			form, _ = s.save(t, sent)
			if sent.Has("items.remove") { // a button: the page is sent after it
				form, _ = s.save(t, page(form))
			}
			if got := rowProblems(form); !strings.Contains(got, "Somebody else has changed this meanwhile") {
				t.Errorf("%d: %s", i, got)
			}
			if price := page(form).Get("items.2.price"); !strings.HasPrefix(price, fmt.Sprint(i+5)) {
				t.Errorf("%d: the page has the price %q", i, price)
			}
		}
		// Without its version nobody could tell.
		sent = page(s.bind(t))
		sent.Add("items.gone", "2")
		if form, _ = s.save(t, sent); rowProblems(form) != "The form that was sent is not complete. Send it again." {
			t.Errorf("removed without a version: %s", rowProblems(form))
		}
		// Removed and its code taken by a new row: the removed one goes first.
		sent = page(s.bind(t))
		sent.Add("items.gone", "1."+sent.Get("items.1.version"))
		sent.Set("items.n1.code", "c1")
		sent.Set("items.n1.price", "4")
		if form, _ := s.save(t, sent); !form.Valid() {
			t.Error(rowProblems(form))
		}
		// What was chosen is not there any more.
		sent = page(s.bind(t))
		sent.Set("items.2.maker", strconv.FormatInt(s.shop.ID, 10))
		form = s.bind(t)
		r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if ok, err := form.Read(r); !ok || err != nil {
			t.Fatal(ok, err, rowProblems(form))
		}
		if form.Value.Items[0].Maker == nil {
			t.Fatal("nothing is chosen")
		}
		form.Value.Items[0].Maker.ID = 99
		ok, err := ormforms.Save(t.Context(), s.db, form, func(ctx context.Context, tx *database.Tx) error {
			return s.rows.Save(ctx, tx, form.Values, &form.Value.Items, nil)
		})
		if got := rowProblems(form); ok || err != nil || got != "Item 1: Something that you have chosen is not there any more. Choose again." {
			t.Errorf("%v, %v, %s", ok, err, got)
		}
	})
}

// TestRowsOfRefuses what has no rows to tell apart.
func TestRowsOfRefuses(t *testing.T) {
	t.Parallel()
	eachStock(t, 0, func(t *testing.T, s stocktaking) {
		if _, err := ormforms.RowsOf[item](s.db, "Items", nil); err == nil || !strings.Contains(err.Error(), "name those that people may fill in") {
			t.Error(err)
		}
		_, err := ormforms.RowsOf(s.db, "Items", []orm.Field[item]{itemColumns().Code})
		if err == nil || !strings.Contains(err.Error(), `the field Place has the tag form:"position" and is not in the list`) {
			t.Error(err)
		}
		rows, err := ormforms.RowsOf(s.db, "Itens", []orm.Field[item]{itemColumns().Code, itemColumns().Place})
		if err != nil {
			t.Fatal(err)
		}
		if err := forms.Of[stock](rows.Part()).Check(); err == nil || !strings.Contains(err.Error(), "there is no field Itens") {
			t.Error(err)
		}
	})
}
