package orm_test

import (
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/orm"
)

// kitchen is a Django model with a field of each kind, whose table and rows
// Django 5.2 wrote into the file in testdata.
type kitchen struct {
	ID       uuid.UUID
	Big      int64
	Small    int16
	Pos      uint32
	PosBig   uint64 `db:"column=posbig"`
	PosSmall uint16 `db:"column=possmall"`
	Integer  *int32
	Flag     bool
	Maybe    *bool
	Real     float64
	Dec      string `db:"decimal=15.6"`
	D        *civil.Date
	Dt       *time.Time
	T        *civil.Clock
	Dur      *time.Duration
	Txt      string
	Js       *map[string]any `db:"json"`
	Raw      *[]byte
	IP       *string `db:"size=39"`
	IP4      *string `db:"size=39,column=ip4"`
	Upload   string  `db:"size=100"`
	Path     string  `db:"size=100"`
}

func djangoFile(t *testing.T) *database.DB {
	t.Helper()
	file, err := os.ReadFile("testdata/django-5.2.sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "django.sqlite3")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: []orm.Declaration{orm.Model[kitchen]()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, models); err != nil {
		t.Fatal(err)
	}
	return db
}

// djangoRows are the rows as Django's own models show them.
func djangoRows() []kitchen {
	at := func(text string) *time.Time {
		v, err := time.Parse("2006-01-02 15:04:05.999999", text)
		if err != nil {
			panic(err)
		}
		return &v
	}
	js := map[string]any{"a": map[string]any{"é": "\U0001f600"}, "b": []any{1.5, nil, true}}
	edge := func(n byte, flag bool, real float64, dec string, d civil.Date, dt string, t civil.Clock, dur time.Duration) kitchen {
		return kitchen{ID: uuid.UUID{0: (n + 2), 15: n}, Big: -1 << 63, Small: -1 << 15, Pos: uint32(n), PosBig: 1<<63 - 1, PosSmall: 1<<15 - 1,
			Integer: new(int32(-1 << 31)), Flag: flag, Maybe: new(false), Real: real, Dec: dec, D: &d, Dt: at(dt), T: &t, Dur: &dur,
			Txt: "x\u2028\"'é", Js: &js, Raw: &[]byte{}}
	}
	return []kitchen{
		{ID: uuid.UUID{15: 1}, Maybe: new(false), Dec: "0.100000", Dt: at("2024-02-29 12:00:00"), T: new(civil.NewClock(1, 2, 3, 0)), Dur: new(time.Duration(0))},
		edge(0, true, 0, "-0.010000", civil.Date{}, "0001-01-01 00:00:00", civil.Clock{}, 0),
		edge(1, false, 1e300, "-99999999.500000", civil.NewDate(9999, 12, 31), "9999-12-31 23:59:59.999999", civil.NewClock(23, 59, 59, 999999), -time.Microsecond),
		edge(2, true, 0.1, "123456789.123456", civil.NewDate(2026, 3, 28), "2026-03-28 23:30:00.000001", civil.NewClock(12, 0, 0, 10), 2400*time.Hour+7*time.Microsecond),
		edge(3, false, 5, "12.000000", civil.NewDate(1969, 12, 31), "1969-12-31 23:59:59", civil.NewClock(8, 30, 0, 0), -3*time.Hour),
		{ID: uuid.MustParse("12345678-1234-5678-1234-567812345678"), Big: 1 << 60, Small: -3, Pos: 7, PosBig: 1 << 62, PosSmall: 9, Flag: true,
			Real: 1.5, Dec: "1234567.890100", D: new(civil.NewDate(2024, 2, 29)), Dt: at("2024-02-29 12:34:56.789012"), T: new(civil.NewClock(23, 59, 58, 5)),
			Dur: new(93600000003 * time.Microsecond), Txt: "line1\nline2 é", Js: &map[string]any{"k": []any{1.0, "é", nil, map[string]any{"x": 1.0}}},
			Raw: &[]byte{0, 255, 16}, IP: new("2001:db8::1"), IP4: new("10.0.0.1"), Upload: "up/2024/a.txt"},
	}
}

func TestDjangosRowsAreRead(t *testing.T) {
	t.Parallel()
	db := djangoFile(t)
	got, err := orm.From[kitchen](db).OrderBy(orm.Descriptor[orm.Ordered[*kitchen, uuid.UUID]]("ID").Asc()).All(t.Context())
	if diff := cmp.Diff(djangoRows(), got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	// What is read is found again, and stands in order.
	for _, row := range got {
		q := orm.From[kitchen](db).Where(orm.Descriptor[orm.Column[*kitchen, string]]("Dec").In(row.Dec), orm.Descriptor[orm.Column[*kitchen, float64]]("Real").Eq(row.Real))
		if row.D != nil {
			q = q.Where(orm.Descriptor[orm.NullColumn[*kitchen, civil.Date]]("D").Eq(*row.D), orm.Descriptor[orm.NullColumn[*kitchen, civil.Clock]]("T").In(*row.T),
				orm.Descriptor[orm.NullColumn[*kitchen, time.Time]]("Dt").Eq(*row.Dt), orm.Descriptor[orm.NullColumn[*kitchen, time.Duration]]("Dur").Eq(*row.Dur))
		}
		if found, err := q.Get(t.Context()); err != nil || found.ID != row.ID {
			t.Errorf("%v is not found again: %v", row.ID, err)
		}
	}
	byTime, err := orm.From[kitchen](db).OrderBy(orm.Descriptor[orm.NullOrdered[*kitchen, time.Time]]("Dt").Asc()).All(t.Context())
	if err != nil || !slices.IsSortedFunc(byTime, func(a, b kitchen) int { return a.Dt.Compare(*b.Dt) }) {
		t.Errorf("the rows are not in the order of time: %v", err)
	}
	byPrice, err := orm.From[kitchen](db).OrderBy(orm.Descriptor[orm.Ordered[*kitchen, string]]("Dec").Asc()).All(t.Context())
	if err != nil || !slices.IsSortedFunc(byPrice, func(a, b kitchen) int { return decimalOf(a.Dec).Cmp(decimalOf(b.Dec)) }) {
		t.Errorf("the rows are not in the order of their decimals: %v", err)
	}
}

// What Vola writes is, column by column and to the storage class, what Django
// wrote for the same values; but for JSON, where Django writes spaces.
func TestRowsAreWrittenAsDjangoWritesThem(t *testing.T) {
	t.Parallel()
	db := djangoFile(t)
	ctx := t.Context()
	for _, row := range djangoRows() {
		theirs := row.ID
		row.ID[7] = 0xff
		if err := orm.Create(ctx, db, &row); err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{
			"big", "small", "pos", "posbig", "possmall", "integer", "flag", "maybe", "real", "dec", "d", "dt", "t", "dur", "txt", "raw",
			"ip", "ip4", "upload", "path",
		} {
			var same bool
			var ours, was string
			err := database.QueryRow(ctx, db, []any{&same, &ours, &was}, `SELECT typeof(a."`+column+`") = typeof(b."`+column+`") AND a."`+column+`" IS b."`+column+`", quote(a."`+column+`"), quote(b."`+column+`")
				FROM shop_kitchen a, shop_kitchen b WHERE a.id = ? AND b.id = ?`, hexOf(row.ID), hexOf(theirs))
			if err != nil || !same {
				t.Errorf("%s is written as %s; Django wrote %s (%v)", column, ours, was, err)
			}
		}
	}
}

func hexOf(u uuid.UUID) string {
	text := []byte(u.String())
	return string(slices.DeleteFunc(text, func(b byte) bool { return b == '-' }))
}

// The columns that Vola makes have the types that Django gives them.
func TestColumnTypesAreDjangos(t *testing.T) {
	t.Parallel()
	columns := func(db *database.DB) map[string]string {
		rows, err := db.Query(t.Context(), `SELECT name, type FROM pragma_table_info('shop_kitchen')`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		out := map[string]string{}
		for rows.Next() {
			var name, typ string
			if err := rows.Scan(&name, &typ); err != nil {
				t.Fatal(err)
			}
			out[name] = typ
		}
		return out
	}
	theirs := columns(djangoFile(t))
	db := databasetest.SQLite(t)
	use(t, db, orm.Model[kitchen](orm.Table("shop_kitchen")))
	ours := columns(db)
	// Vola's own types for what Django says otherwise.
	for name, typ := range map[string]string{"pos": "bigint", "posbig": "bigint", "possmall": "INTEGER", "ip": "varchar(39)", "ip4": "varchar(39)"} {
		theirs[name] = typ
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Error(diff)
	}
}

func decimalOf(text string) *big.Rat {
	r, _ := new(big.Rat).SetString(text)
	return r
}
