package volatest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

type (
	grade    string
	answer   bool
	moment   time.Time
	birthday civil.Date
	timeout  time.Duration
	blob     []byte
	// code converts itself and takes any text.
	code struct{ text string }
	// handle is text that knows its own form.
	handle string
	// colour takes only colours.
	colour struct{ r, g, b uint8 }
)

func (grade) Choices() []orm.Choice {
	return []orm.Choice{{Value: grade("good")}, {Value: grade("bad")}}
}

func (c code) Value() (driver.Value, error) { return c.text, nil }
func (c *code) Scan(src any) error          { c.text = fmt.Sprint(src); return nil }

func (h handle) Value() (driver.Value, error) { return strings.ToLower(string(h)), nil }
func (h *handle) Scan(src any) error          { *h = handle(strings.ToUpper(src.(string))); return nil }

func (c colour) Value() (driver.Value, error) {
	return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b), nil
}

func (c *colour) Scan(src any) error {
	if _, err := fmt.Sscanf(src.(string), "#%02x%02x%02x", &c.r, &c.g, &c.b); err != nil {
		return errors.New("it is no colour")
	}
	return nil
}

type embedded struct {
	Inner string `db:"size=30"`
}

// everything has a field of every kind.
type everything struct {
	ID int64
	embedded
	Bool     bool
	Flag     answer
	Int8     int8
	Uint8    uint8
	Int16    int16
	Uint16   uint16
	Int32    int32
	Uint64   uint64
	Bits     int64 `db:"bits=16"`
	Float32  float32
	Float    float64
	Text     string `db:"column=full_text"`
	Short    string `db:"size=2"`
	Unique   string `db:"size=20,unique"`
	Bytes    []byte
	Blob     blob
	Time     time.Time
	Moment   moment
	Date     civil.Date
	Birthday birthday
	Clock    civil.Clock
	Duration time.Duration
	Timeout  timeout `db:"duration"`
	Price    string  `db:"decimal=8.2"`
	Share    string  `db:"decimal=3.3"`
	Long     string  `db:"decimal=40.10"`
	Big      big.Int `db:"decimal=30.0"`
	UUID     uuid.UUID
	Array    [16]byte
	Raw      json.RawMessage
	Document map[string]int `db:"json"`
	Grade    grade
	Code     code       `db:"type=text"`
	Colour   colour     `db:"type=text"`
	Handle   handle     `db:"type=text"`
	Stars    int        `db:"default=4"`
	Active   bool       `db:"default=true"`
	Word     string     `db:"default='a, b'"`
	Added    time.Time  `db:"auto_now_add"`
	Changed  time.Time  `db:"auto_now"`
	Version  int64      `db:"version"`
	Deleted  *time.Time `db:"soft_delete"`
	Sum      int64      `db:"generated=stars + 1"`
	Pointer  *string
	Null     sql.Null[int64]
	Owner    *orm.Ref[everything]
	Only     orm.RefKey[keyed, string]
}

// keyed has a key that the database does not number.
type keyed struct {
	Name  string `db:"primary_key"`
	First bool   `db:"unique"`
}

// use declares models in an empty database.
func use(t testing.TB, db *database.DB, models ...orm.Declaration) {
	t.Helper()
	all, err := orm.NewModels(orm.Group{Module: "made", Models: models})
	if err == nil {
		err = all.WithClock(func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }).CreateTables(t.Context(), db)
	}
	if err == nil {
		err = orm.Use(db, all)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestMakeKinds makes rows with every kind of column, and compares what the
// database has of them.
func TestMakeKinds(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[everything](), orm.Model[keyed]())
		volatest.Defaults(db, func(n int, k *keyed) { k.First = n == 1 })
		owner := volatest.Make[keyed](t, db)
		set := func(_ int, e *everything) { e.Only.ID = owner.Name }
		volatest.MakeN(t, db, 1, set)
		made := volatest.MakeN(t, db, 2, set, func(i int, e *everything) { e.Text += fmt.Sprint("/", i) })
		row, err := orm.Find[everything](t.Context(), db, 2)
		if err != nil {
			t.Fatal(err)
		}
		if made[0].ID != 2 || made[1].ID != 3 || made[1].Text != "full-text-3/1" || made[0].Version != 1 || made[0].Handle != "HANDLE-2" {
			t.Errorf("made %+v", made)
		}
		row.Added, row.Changed = time.Time{}, time.Time{}
		at := time.Date(2000, 1, 1, 2, 0, 0, 0, time.UTC)
		id := [16]byte{6: 0x80, 8: 0x80, 15: 2}
		want := everything{
			ID: 2, embedded: embedded{"inner-2"}, Int8: 2, Uint8: 2, Int16: 2, Uint16: 2, Int32: 2, Uint64: 2, Bits: 2, Float32: 2, Float: 2,
			Text: "full-text-2/0", Short: "2", Unique: "unique-2", Bytes: []byte("bytes-2"), Blob: blob("blob-2"), Time: at, Moment: moment(at),
			Date: civil.NewDate(2000, 1, 3), Birthday: birthday(civil.NewDate(2000, 1, 3)), Clock: civil.NewClock(0, 0, 2, 0), Duration: 2 * time.Second, Timeout: timeout(2 * time.Second),
			Price: "2.00", Share: "0.002", Long: "2.0000000000", Big: *big.NewInt(2), UUID: uuid.UUID(id), Array: id, Raw: json.RawMessage("null"),
			Grade: "good", Code: code{"code-2"}, Handle: "HANDLE-2", Stars: 4, Active: true, Word: "a, b", Version: 1, Sum: 5, Only: orm.RefKey[keyed, string]{ID: "name-1"},
		}
		if got, want := fmt.Sprintf("%+v", row), fmt.Sprintf("%+v", want); got != want {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
	})
}

type (
	country struct {
		ID   int64
		Name string `db:"unique"`
	}
	author struct {
		ID      int64
		Name    string
		Country orm.Ref[country]
	}
	book struct {
		ID     int64
		Author orm.Ref[author]
		Title  string
	}
	// cover is one of a book, by the key of which it is known.
	cover struct {
		Book orm.Ref[book] `db:"primary_key"`
		Text string
	}
	// label is one of a cover.
	label struct {
		ID    int64
		Cover orm.Ref[cover] `db:"unique"`
	}
)

func library() []orm.Declaration {
	return []orm.Declaration{orm.Model[country](), orm.Model[author](), orm.Model[book](), orm.Model[cover](), orm.Model[label]()}
}

// TestMakeReferences makes the rows that others need.
func TestMakeReferences(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, library()...)
		volatest.Defaults(db, func(n int, a *author) { a.Name = fmt.Sprint("Ann ", n) })
		volatest.Defaults(db, func(_ int, a *author) { a.Name += "!" })
		labels := volatest.MakeN(t, db, 2, func(i int, l *label) {})
		if labels[0].Cover.ID != 1 || labels[1].Cover.ID != 2 {
			t.Errorf("the labels are of covers %v", labels)
		}
		first := volatest.Make(t, db, func(a *author) { a.Country.ID = 2 }, func(a *author) { a.Name += "?" })
		if first.Name != "Ann 3!?" || first.Country.ID != 2 {
			t.Errorf("made %+v", first)
		}
		err := db.InTx(t.Context(), func(_ context.Context, tx *database.Tx) error {
			volatest.Make(t, tx, func(b *book) { b.Author.ID = first.ID })
			return errors.New("undone")
		})
		if err == nil || err.Error() != "undone" {
			t.Error(err)
		}
		for want, count := range map[int64]func(context.Context) (int64, error){
			2: orm.From[country](db).Count, 3: orm.From[author](db).Count,
		} {
			if n, err := count(t.Context()); n != want || err != nil {
				t.Errorf("%d rows, %v, want %d", n, err, want)
			}
		}
		books, err := orm.From[book](db).All(t.Context())
		if err != nil || len(books) != 2 || books[1].Title != "title-2" || books[1].Author.ID != 2 {
			t.Errorf("books %+v, %v", books, err)
		}
	})
}

// vote is unique by all of its columns together.
type vote struct {
	ID    int64
	Book  orm.Ref[book]
	Grade grade
	Yes   bool
	Place int `db:"default=1"`
}

// shift has a key of several fields.
type shift struct {
	Author orm.Ref[author] `db:"primary_key"`
	Night  bool            `db:"primary_key"`
}

// TestMakeUniqueTogether makes rows that must differ where the test says nothing.
func TestMakeUniqueTogether(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, append(library(), orm.Model[vote](orm.Unique("Book", "Grade", "Yes", "Place")), orm.Model[shift]())...)
		b := volatest.Make[book](t, db)
		var votes []string
		for _, v := range volatest.MakeN(t, db, 5, func(_ int, v *vote) { v.Book.ID = b.ID }) {
			votes = append(votes, fmt.Sprintln(v.Grade, v.Yes, v.Place))
		}
		if want := []string{"good false 1\n", "bad true 2\n", "good false 3\n", "bad true 4\n", "good false 5\n"}; !slices.Equal(votes, want) {
			t.Errorf("votes %q, want %q", votes, want)
		}
		shifts := volatest.MakeN(t, db, 2, func(_ int, s *shift) { s.Author.ID = b.Author.ID })
		if shifts[0].Night || !shifts[1].Night {
			t.Errorf("shifts %v", shifts)
		}
		if n := len(volatest.MakeN[shift](t, db, 3)); n != 3 {
			t.Errorf("%d shifts", n)
		}
	})
}

// tiny has columns with few values, which may repeat.
type tiny struct {
	ID    int64
	Int   int8
	Short string `db:"size=1"`
	Share string `db:"decimal=2.2"`
	Whole string `db:"decimal=3.1"`
	Empty bool
}

// TestMakeMany makes more rows than some columns have values.
func TestMakeMany(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[tiny]())
		rows := volatest.MakeN[tiny](t, db, 300)
		if got, want := rows[299], (tiny{300, 46, "k", "0.03", "3", false}); got != want {
			t.Errorf("made %v, want %v", got, want)
		}
		again := databasetest.SQLite(t)
		use(t, again, orm.Model[tiny]())
		if other := volatest.MakeN[tiny](t, again, 300); !slices.Equal(rows, other) {
			t.Error("another database has other rows")
		}
	})
}

// TestMakeAtOnce numbers rows that several goroutines make.
func TestMakeAtOnce(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	use(t, db, library()...)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { volatest.MakeN[country](t, db, 10) })
	}
	wait.Wait()
	if n, err := orm.From[country](db).Count(t.Context()); n != 80 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

type (
	egg struct {
		ID  int64
		Hen orm.Ref[hen]
	}
	hen struct {
		ID  int64
		Egg orm.Ref[egg]
	}
	farm struct {
		ID  int64
		Egg orm.Ref[egg]
	}
	shelf struct {
		ID    int64
		Label orm.Ref[label]
	}
	room struct {
		ID    int64
		Shelf orm.Ref[shelf]
	}
	yesNo struct {
		ID     int64
		Answer bool `db:"unique"`
	}
	graded struct {
		ID    int64
		Grade grade `db:"unique"`
	}
	short struct {
		Key string `db:"primary_key,size=1"`
	}
	small struct {
		ID     int64
		Number int8 `db:"unique"`
		Any    int8
		Price  string `db:"decimal=2.1,unique"`
	}
	painted struct {
		ID     int64
		Colour colour `db:"type=text,unique"`
	}
	strict struct {
		ID   int64
		Mail string
	}
	mailed struct {
		ID   int64
		Mail orm.Ref[strict]
	}
)

func (s *strict) Validate(context.Context) error {
	if !strings.Contains(s.Mail, "@") {
		return errors.New("it is no address")
	}
	return nil
}

// TestMakeMistakes reads the messages.
func TestMakeMistakes(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	use(t, db, append(library(), orm.Model[egg](), orm.Model[hen](), orm.Model[farm](), orm.Model[shelf](), orm.Model[room](), orm.Model[yesNo](),
		orm.Model[graded](), orm.Model[short](), orm.Model[small](), orm.Model[painted](), orm.Model[strict](), orm.Model[mailed]())...)
	volatest.MakeN[yesNo](t, db, 2)
	volatest.MakeN[graded](t, db, 2)
	volatest.MakeN[short](t, db, 35)
	volatest.MakeN[small](t, db, 9)
	volatest.Make[shelf](t, db) // and five for it
	for _, tt := range []struct {
		name string
		do   func(t testing.TB)
		want string
	}{
		{"circle", func(t testing.TB) { volatest.Make[farm](t, db) },
			"make a row of volatest_test.farm: volatest_test.egg.Hen needs a row of volatest_test.hen, volatest_test.hen.Egg needs a row of volatest_test.egg: rows that need each other cannot be made up"},
		{"depth", func(t testing.TB) { volatest.Make[room](t, db) },
			"volatest_test.room.Shelf needs a row of volatest_test.shelf, volatest_test.shelf.Label needs a row of volatest_test.label, volatest_test.label.Cover needs a row of volatest_test.cover, " +
				"volatest_test.cover.Book needs a row of volatest_test.book, volatest_test.book.Author needs a row of volatest_test.author, volatest_test.author.Country needs a row of volatest_test.country: at most 5 rows are made for one"},
		{"no more bools", func(t testing.TB) { volatest.Make[yesNo](t, db) }, "volatest_test.yesNo, field Answer: it is unique and has room for only 2 values"},
		{"no more choices", func(t testing.TB) { volatest.MakeN[graded](t, db, 1) }, "make row 0 of 1 of volatest_test.graded: volatest_test.graded, field Grade: it is unique and has room for only 2 values"},
		{"no more texts", func(t testing.TB) { volatest.Make[short](t, db) }, "field Key: it is unique and has room for only 35 values"},
		{"no more decimals", func(t testing.TB) { volatest.Make[small](t, db) }, "field Price: it is unique and has room for only 9 values"},
		{"unknown form", func(t testing.TB) { volatest.Make[painted](t, db) }, "field Colour: it is no colour; set it in the function of Make, or in Defaults"},
		{"refused", func(t testing.TB) { volatest.Make[mailed](t, db) }, "volatest_test.mailed.Mail needs a row of volatest_test.strict: it is no address"},
		{"no model", func(t testing.TB) { volatest.Make[embedded](t, db) }, "volatest_test.embedded is not a model"},
		{"negative", func(t testing.TB) { volatest.MakeN[book](t, db, -1) }, "make -1 rows of volatest_test.book: the number is negative"},
		{"no models", func(t testing.TB) { volatest.Make[book](t, databasetest.SQLite(t)) }, "volatest: make a row of volatest_test.book: "},
	} {
		s := &stopped{TB: t}
		var wait sync.WaitGroup
		wait.Go(func() { tt.do(s) })
		wait.Wait()
		if !strings.Contains(s.fatal, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, s.fatal, tt.want)
		}
	}
}
