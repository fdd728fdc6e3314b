package ormforms_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
)

type room struct {
	ID   int64
	Name string `db:"size=20,unique" label:"Name"`
}

type class string

func (class) Choices() []orm.Choice { return []orm.Choice{{Value: class("a")}, {Value: class("b")}} }

// seat is a row with all that a form takes from a table.
type seat struct {
	ID      int64
	Room    orm.Ref[room] `label:"Room"`
	Number  int64         `form:"min=1" label:"Number"`
	Class   class         `db:"size=1" label:"Class"`
	Note    *string       `db:"size=5" label:"Note"`
	Text    string        `label:"Text"`
	Secret  string
	Version int64     `db:"version"`
	Added   time.Time `db:"auto_now_add" label:"Added"`
}

// Validate has the rules of the model.
func (s *seat) Validate(context.Context) error {
	switch s.Text {
	case "rude":
		return &orm.FieldError{Model: "seat", Field: "Text", Err: fault.New(fault.Invalid, "Be kind.")}
	case "spam":
		return fault.New(fault.Invalid, "There is too much of this.")
	case "broken":
		return errors.New("the rules cannot be read")
	}
	return nil
}

type seatFields struct {
	ID      *orm.Number[*seat, int64]
	Room    *orm.ForeignKey[*seat, *room, int64]
	Number  *orm.Number[*seat, int64]
	Class   *orm.Text[*seat, class]
	Note    *orm.Text[*seat, string]
	Text    *orm.Text[*seat, string]
	Secret  *orm.Text[*seat, string]
	Version *orm.Number[*seat, int64]
	Added   *orm.Ordered[*seat, time.Time]
}

func seats() seatFields { return orm.Describe[seatFields]() }

// each runs a test on both databases with the tables and a room.
func each(t *testing.T, test func(t *testing.T, db *database.DB, r room)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[room](), orm.Model[seat](orm.Unique("Room", "Number"))}})
		if err == nil {
			err = errors.Join(orm.Use(db, models), models.CreateTables(t.Context(), db))
		}
		r := room{Name: "Hall"}
		if err == nil {
			err = orm.Create(t.Context(), db, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		test(t, db, r)
	})
}

// read binds the form to a row and reads values into it.
func read(t *testing.T, form *forms.Form[seat], row seat, r room, values string) *forms.Bound[seat] {
	t.Helper()
	bound := form.Bind(t.Context(), row)
	if err := bound.Choose(&bound.Value.Room.ID, forms.Choice{Value: r.ID, Label: r.Name}); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest("POST", "/", strings.NewReader(values))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := bound.Read(request); err != nil {
		t.Fatal(err)
	}
	return bound
}

func problems(bound *forms.Bound[seat]) string {
	all := append([]string{}, bound.Errors()...)
	for _, f := range bound.Fields() {
		if f.Error != "" {
			all = append(all, f.Name+": "+f.Error)
		}
	}
	return strings.Join(all, "; ")
}

// TestRulesOfTheTable are those of the form.
func TestRulesOfTheTable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB, r room) {
		s := seats()
		form, err := ormforms.New(db, s.Room, s.Number, s.Class, s.Note, s.Text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range form.Bind(t.Context(), seat{}).Fields() {
			got = append(got, fmt.Sprint(f.Name, " ", f.Widget, " ", f.Size, " ", f.Required, " ", f.Min))
		}
		if want := "room select 0 true |number number 0 true 1|class select 1 true |note text 5 false |text textarea 10000 true |version hidden 0 false "; strings.Join(got, "|") != want {
			t.Errorf("%s, want %s", strings.Join(got, "|"), want)
		}
		room := url.Values{"room": {fmt.Sprint(r.ID)}}.Encode()
		for values, want := range map[string]string{
			room + "&number=1&class=a&text=x&secret=x&version=9":   "",
			room + "&number=0&class=c&note=123456&text=":           "number: The least that is possible is 1.; class: Choose one of the options.; note: Use at most 5 characters; these are 6.; text: Fill in this field.",
			"room=99&number=x&class=a&text=x":                      "room: Choose one of the options.; number: Write a whole number, such as 12.",
			room + "&number=9223372036854775808&class=a&text=x%00": "number: This number is too large or too small.; text: This text has characters that cannot be stored.",
		} {
			bound := read(t, form, seat{}, r, values)
			if got := problems(bound); got != want || bound.Value.Secret != "" || bound.Value.Version != 0 {
				t.Errorf("%s: %s, want %s (%+v)", values, got, want, bound.Value)
			}
		}
	})
}

// TestSave writes a row, and turns what only the database knows into errors of the form.
func TestSave(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB, r room) {
		s, ctx := seats(), t.Context()
		form, err := ormforms.New(db, s.Room, s.Number, s.Class, s.Note, s.Text)
		if err != nil {
			t.Fatal(err)
		}
		create := func(bound *forms.Bound[seat]) func(context.Context, *database.Tx) error {
			return func(ctx context.Context, tx *database.Tx) error { return orm.Create(ctx, tx, bound.Value) }
		}
		values := fmt.Sprintf("room=%d&number=1&class=a&text=x&note=", r.ID)
		first := read(t, form, seat{}, r, values)
		if ok, err := ormforms.Save(ctx, db, first, create(first)); !ok || err != nil || first.Value.ID == 0 || first.Value.Note != nil {
			t.Fatalf("%v, %v: %+v", ok, err, first.Value)
		}
		// The same room and number: the error is on the last of the two.
		second := read(t, form, seat{}, r, values)
		if ok, err := ormforms.Save(ctx, db, second, create(second)); ok || err != nil || problems(second) != "number: This is taken already." {
			t.Errorf("%v, %v: %s", ok, err, problems(second))
		}
		// In a transaction, of which the rest is not lost.
		err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			other := read(t, form, seat{}, r, values)
			if ok, err := ormforms.Save(ctx, tx, other, create(other)); ok || err != nil || other.Valid() {
				t.Errorf("%v, %v: %s", ok, err, problems(other))
			}
			return orm.Create(ctx, tx, &room{Name: "Kept"})
		})
		if n, err2 := orm.From[room](db).Count(ctx); err != nil || err2 != nil || n != 2 {
			t.Errorf("%d rooms (%v, %v)", n, err, err2)
		}
		// None of the columns is in the form: an error of the form as a whole.
		short, err := ormforms.New(db, s.Text)
		if err != nil {
			t.Fatal(err)
		}
		bound := short.Bind(ctx, seat{Room: orm.RefTo[room](r.ID), Number: 1, Class: "a"})
		if ok, err := ormforms.Save(ctx, db, bound, create(bound)); ok || err != nil || problems(bound) != "This is taken already." {
			t.Errorf("%v, %v: %s", ok, err, problems(bound))
		}
		// Somebody else was faster.
		stale := *first.Value
		fresh, err := orm.Find[seat](ctx, db, stale.ID)
		if err == nil {
			err = orm.Save(ctx, db, &fresh)
		}
		edit := read(t, form, stale, r, strings.Replace(values, "text=x", "text=mine", 1)+fmt.Sprintf("&version=%d", stale.Version))
		ok, err2 := ormforms.Save(ctx, db, edit, func(ctx context.Context, tx *database.Tx) error { return orm.Save(ctx, tx, edit.Value) })
		if ok || err != nil || err2 != nil || !strings.HasPrefix(problems(edit), "Somebody else has changed this meanwhile, so nothing was stored.") {
			t.Errorf("%v, %v, %v: %s", ok, err, err2, problems(edit))
		}
		// Sent again, it replaces what the other has changed: the page has the version of now.
		now, err := orm.Find[seat](ctx, db, stale.ID)
		if err != nil {
			t.Fatal(err)
		}
		edit = read(t, form, now, r, values+fmt.Sprintf("&version=%d", stale.Version))
		store := func(ctx context.Context, tx *database.Tx) error { return orm.Save(ctx, tx, edit.Value) }
		if ok, err := ormforms.Save(ctx, db, edit, store); ok || err != nil || edit.Valid() {
			t.Errorf("an old page: %v, %v: %s", ok, err, problems(edit))
		}
		version, err := edit.Field("version")
		if err != nil {
			t.Fatal(err)
		}
		edit = read(t, form, now, r, strings.Replace(values, "text=x", "text=mine", 1)+"&version="+version.Value)
		if ok, err := ormforms.Save(ctx, db, edit, store); !ok || err != nil {
			t.Errorf("sent again: %v, %v: %s", ok, err, problems(edit))
		}
		// Without the version nobody could tell.
		if edit = read(t, form, now, r, values); problems(edit) != "The form that was sent is not complete. Send it again." {
			t.Errorf("without a version: %s", problems(edit))
		}
		// A rule that only the database can check: what was written is undone.
		refused := read(t, form, seat{}, r, strings.Replace(values, "number=1", "number=9", 1))
		ok, err = ormforms.Save(ctx, db, refused, func(ctx context.Context, tx *database.Tx) error {
			if err := orm.Create(ctx, tx, refused.Value); err != nil {
				return err
			}
			refused.Add(&refused.Value.Number, "This room has {n} seats.", "n", 8)
			return nil
		})
		if n, err2 := orm.From[seat](db).Where(s.Number.Eq(9)).Count(ctx); ok || err != nil || err2 != nil || n != 0 || problems(refused) != "number: This room has 8 seats." {
			t.Errorf("%v, %v, %v, %d rows: %s", ok, err, err2, n, problems(refused))
		}
		// The model's own rules.
		for text, want := range map[string]string{"rude": "text: Be kind.", "spam": "There is too much of this.", "broken": ""} {
			ruled := read(t, form, seat{}, r, strings.Replace(strings.Replace(values, "number=1", "number=11", 1), "text=x", "text="+text, 1))
			ok, err := ormforms.Save(ctx, db, ruled, create(ruled))
			if ok || problems(ruled) != want || (err == nil) != (want != "") {
				t.Errorf("%s: %v, %v: %s", text, ok, err, problems(ruled))
			}
		}
		// A name that is taken in another table.
		third := read(t, form, seat{}, r, strings.Replace(values, "number=1", "number=8", 1))
		ok, err = ormforms.Save(ctx, db, third, func(ctx context.Context, tx *database.Tx) error {
			return orm.Create(ctx, tx, &room{Name: r.Name})
		})
		if ok || !errors.Is(err, database.ErrUnique) || !third.Valid() {
			t.Errorf("%v, %v: %s", ok, err, problems(third))
		}
		// What is wrong already is not written, and other errors are returned.
		bad := read(t, form, seat{}, r, "number=0")
		full := errors.New("the disk is full")
		if ok, err := ormforms.Save(ctx, db, bad, func(context.Context, *database.Tx) error { return full }); ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
		good := read(t, form, seat{}, r, strings.Replace(values, "number=1", "number=7", 1))
		if ok, err := ormforms.Save(ctx, db, good, func(context.Context, *database.Tx) error { return full }); ok || !errors.Is(err, full) {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

// TestNewRefuses fields that are not for people, and a database without models.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := ormforms.New(databasetest.SQLite(t), seats().Text); err == nil || !strings.Contains(err.Error(), "no models are known for this database") {
		t.Error(err)
	}
	each(t, func(t *testing.T, db *database.DB, _ room) {
		s := seats()
		for want, fields := range map[string][]orm.Field[seat]{
			"field ID is written by the program or the database":      {s.ID},
			"field Version is written by the program or the database": {s.Text, s.Version},
			"field Added is written by the program or the database":   {s.Added},
			"field Secret: it has no label":                           {s.Secret},
			"no fields; name those that people may fill in":           nil,
		} {
			if _, err := ormforms.New(db, fields...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	})
}
