package orm_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// fitted has columns that do not hold all that can be computed.
type fitted struct {
	ID     int64
	I8     int8
	I16    int16
	I32    int32
	I64    int64
	U8     uint8
	U16    uint16
	U32    uint32
	U64    uint64
	Narrow int64 `db:"bits=16"`
	F32    float32
	F64    float64
	Price  string `db:"decimal=10.2"`
	Wait   time.Duration
	Name   string `db:"size=5"`
	Free   string
	State  fittedState
	Level  fittedLevel
	Maybe  sql.Null[int16]
}

type fittedState string

func (fittedState) Choices() []orm.Choice {
	return []orm.Choice{{Value: fittedState("draft")}, {Value: fittedState("it's")}}
}

type fittedLevel int16

func (fittedLevel) Choices() []orm.Choice {
	return []orm.Choice{{Value: fittedLevel(1)}, {Value: fittedLevel(2)}}
}

var (
	fitID     = orm.Descriptor[orm.Number[*fitted, int64]]("ID")
	fitI8     = orm.Descriptor[orm.Number[*fitted, int8]]("I8")
	fitI16    = orm.Descriptor[orm.Number[*fitted, int16]]("I16")
	fitI32    = orm.Descriptor[orm.Number[*fitted, int32]]("I32")
	fitI64    = orm.Descriptor[orm.Number[*fitted, int64]]("I64")
	fitU8     = orm.Descriptor[orm.Number[*fitted, uint8]]("U8")
	fitU16    = orm.Descriptor[orm.Number[*fitted, uint16]]("U16")
	fitU32    = orm.Descriptor[orm.Number[*fitted, uint32]]("U32")
	fitU64    = orm.Descriptor[orm.Number[*fitted, uint64]]("U64")
	fitNarrow = orm.Descriptor[orm.Number[*fitted, int64]]("Narrow")
	fitF32    = orm.Descriptor[orm.Number[*fitted, float32]]("F32")
	fitF64    = orm.Descriptor[orm.Number[*fitted, float64]]("F64")
	fitPrice  = orm.Descriptor[orm.Number[*fitted, string]]("Price")
	fitWait   = orm.Descriptor[orm.Number[*fitted, time.Duration]]("Wait")
	fitName   = orm.Descriptor[orm.Text[*fitted, string]]("Name")
	fitFree   = orm.Descriptor[orm.Text[*fitted, string]]("Free")
	fitState  = orm.Descriptor[orm.Text[*fitted, fittedState]]("State")
	fitLevel  = orm.Descriptor[orm.Number[*fitted, fittedLevel]]("Level")
	fitMaybe  = orm.Descriptor[orm.NullNumber[*fitted, int16]]("Maybe")
)

// misfit is an assignment to a column of a row for which the value does not fit.
type misfit struct {
	name  string
	full  fitted // its other fields are filled in
	set   orm.Assignment[fitted]
	field string
	text  string
}

func misfits() []misfit {
	const most = 1<<63 - 1
	value := orm.Value[fitted, string]
	return []misfit{
		{"int8", fitted{I8: 127}, fitI8.Increment(1), "I8", "128 is out of the range of an int8"},
		{"int8 below", fitted{I8: -128}, fitI8.Increment(-1), "I8", "-129 is out of the range of an int8"},
		{"int16", fitted{I16: 32767}, fitI16.Increment(1), "I16", "32768 is out of the range of an int16"},
		{"int16 times", fitted{I16: 300}, fitI16.SetTo(orm.Calc(fitI16).Mul(300)), "I16", "90000 is out of the range of an int16"},
		{"int32", fitted{I32: math.MaxInt32}, fitI32.Increment(1), "I32", "2147483648 is out of the range of an int32"},
		{"int64", fitted{I64: most}, fitI64.Increment(1), "I64", ""},
		{"int64 below", fitted{I64: -most}, fitI64.Increment(-2), "I64", ""},
		{"int64 product", fitted{I64: 1 << 40}, fitI64.SetTo(orm.Mul(fitI64, fitI64)), "I64", ""},
		{"int64 division", fitted{I64: math.MinInt64}, fitI64.SetTo(orm.Calc(fitI64).Div(-1)), "I64", ""},
		{"int64, digits lost on the way", fitted{I64: most}, fitI64.SetTo(orm.Sub(orm.Calc(fitI64).Add(1), orm.Calc(fitI64).Sub(5))), "I64", ""},
		{"uint8", fitted{U8: 255}, fitU8.Increment(1), "U8", "256 is out of the range of a uint8"},
		{"uint16", fitted{U16: 65535}, fitU16.Increment(1), "U16", "65536 is out of the range of a uint16"},
		{"uint32", fitted{U32: math.MaxUint32}, fitU32.Increment(1), "U32", "4294967296 is out of the range of a uint32"},
		{"uint64 below 0", fitted{}, fitU64.SetTo(orm.Sub(fitU64, orm.Value[fitted](uint64(1)))), "U64", "-1 is out of the range of a uint64"},
		{"fewer bits", fitted{Narrow: 32767}, fitNarrow.Increment(1), "Narrow", "32768 is out of the range of 16 bits"},
		{"float32", fitted{F32: math.MaxFloat32}, fitF32.SetTo(orm.Calc(fitF32).Mul(2)), "F32", "is out of the range of a float32"},
		{"float32 below", fitted{F32: -math.MaxFloat32}, fitF32.Increment(-math.MaxFloat32), "F32", "is out of the range of a float32"},
		{"float64", fitted{F64: math.MaxFloat64}, fitF64.Increment(math.MaxFloat64), "F64", ""},
		{"float64 product", fitted{F64: math.MaxFloat64}, fitF64.SetTo(orm.Calc(fitF64).Mul(2)), "F64", ""},
		{"decimal", fitted{Price: "99999999.99"}, fitPrice.Increment("0.01"), "Price", "100000000.00 has more than 8 digits before the point"},
		{"decimal below", fitted{Price: "-99999999.99"}, fitPrice.Increment("-0.01"), "Price", "-100000000.00 has more than 8 digits before the point"},
		{"duration", fitted{Wait: time.Duration(most).Truncate(time.Microsecond)}, fitWait.Increment(time.Hour), "Wait", "is out of the range of a duration"},
		{"text", fitted{Name: "ääää"}, fitName.SetTo(orm.Concat(fitName, fitName)), "Name", " characters, and at most 5 are allowed"},
		{"text with spaces at the end", fitted{}, fitName.SetTo(orm.Concat(fitName, value("     "))), "Name", "the text has 8 characters"},
		{"text of another column", fitted{Free: "too long"}, fitName.SetTo(fitFree), "Name", "the text has 8 characters"},
		{"text of a case", fitted{}, fitName.SetTo(orm.Case[fitted, string]().When(fitID.Gt(0), "too long").ElseTo(fitName)), "Name", "the text has 8 characters"},
		{"text given", fitted{}, fitName.SetTo(value("too long")), "Name", "Name has 8 characters, and at most 5 are allowed"},
		{"choice given", fitted{}, fitState.SetTo(orm.Value[fitted](fittedState("bad"))), "State", `"bad" is not one of the choices of State: draft, it's`},
		{"choice of a case", fitted{}, fitState.SetTo(orm.Case[fitted, fittedState]().When(fitID.Gt(0), "bad").Else("draft")), "State", "bad is not one of the choices"},
		{"choice of numbers", fitted{Level: 2}, fitLevel.Increment(1), "Level", "3 is not one of the choices"},
		{"may be null", fitted{Maybe: sql.Null[int16]{V: 32767, Valid: true}}, fitMaybe.Increment(1), "Maybe", "32768 is out of the range of an int16"},
	}
}

func TestWhatDoesNotFitIsNotStored(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[fitted](orm.Table("fitted")))
		for _, tt := range misfits() {
			t.Run(tt.name, func(t *testing.T) { tt.check(t, db) })
		}
	})
}

func (m misfit) check(t *testing.T, db *database.DB) {
	ctx := t.Context()
	if _, err := orm.From[fitted](db).Every().Delete(ctx); err != nil {
		t.Fatal(err)
	}
	rows := []fitted{{Maybe: sql.Null[int16]{V: 1, Valid: true}}, m.full}
	for i := range rows {
		r := &rows[i]
		r.Price, r.Name, r.State, r.Level = cmp.Or(r.Price, "1.00"), cmp.Or(r.Name, "abc"), "it's", cmp.Or(r.Level, 1)
		if err := orm.Create(ctx, db, r); err != nil {
			t.Fatal(err)
		}
	}
	id := rows[1].ID
	refused := func(by string, err error) {
		t.Helper()
		var e *orm.FieldError
		if !errors.As(err, &e) || e.Field != m.field || e.Model != "orm_test.fitted" || !strings.Contains(err.Error(), m.text) || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want it to name %s and %q", by, err, m.field, m.text)
		}
	}
	_, err := orm.From[fitted](db).Every().Update(ctx, m.set)
	refused("Update", err)
	_, _, err = orm.UpdateOrCreate(ctx, db, orm.By(fitID.Set(id)), nil, m.set)
	refused("UpdateOrCreate", err)
	err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		refused("Update in a savepoint", tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := orm.From[fitted](tx).Every().Update(ctx, m.set)
			return err
		}))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	got, err := orm.From[fitted](db).OrderBy(fitID.Asc()).All(ctx)
	if d := gocmp.Diff(rows, got); d != "" || err != nil {
		t.Errorf("the rows are others afterwards: %v %s", err, d)
	}
}

func TestWhatFitsIsStored(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[fitted](orm.Table("fitted")))
		row := fitted{I8: 126, I16: -32767, I32: math.MaxInt32 - 1, I64: math.MaxInt64 - 1, U8: 254, U16: 1, U32: math.MaxUint32 - 1, U64: 1,
			Narrow: 32766, F32: 1, F64: 1, Price: "99999999.98", Wait: time.Hour, Name: "ab", Free: "ä", State: "draft", Level: 1}
		if err := orm.Create(ctx, db, &row); err != nil {
			t.Fatal(err)
		}
		for range 2 { // from a fresh text, and from a cached one
			n, err := orm.From[fitted](db).Where(fitID.Eq(row.ID)).Update(ctx,
				fitI8.Increment(1), fitI16.Increment(-1), fitI32.SetTo(orm.Calc(fitI32).Add(1)), fitI64.Increment(1), fitU8.Increment(1),
				fitU16.SetTo(orm.Sub(fitU16, orm.Value[fitted](uint16(1)))), fitU32.Increment(1), fitU64.SetTo(orm.Sub(fitU64, orm.Value[fitted](uint64(1)))),
				fitNarrow.Increment(1), fitF32.Increment(0.1), fitF64.SetTo(orm.Calc(fitF64).Mul(1.5)), fitPrice.Increment("0.01"), fitWait.Increment(time.Second),
				fitName.SetTo(orm.Concat(fitName, fitFree, orm.Value[fitted]("'!"))), fitFree.SetTo(orm.Concat(fitFree, fitFree)),
				fitState.SetTo(orm.Case[fitted, fittedState]().When(fitID.Gt(0), "it's").Else("draft")), fitLevel.Increment(1), fitMaybe.Increment(1))
			if n != 1 || err != nil {
				t.Fatal(n, err)
			}
			got, err := orm.From[fitted](db).All(ctx)
			want := fitted{ID: row.ID, I8: 127, I16: -32768, I32: math.MaxInt32, I64: math.MaxInt64, U8: 255, U32: math.MaxUint32,
				Narrow: 32767, F32: 1.1, F64: 1.5, Price: "99999999.99", Wait: time.Hour + time.Second, Name: "abä'!", Free: "ää", State: "it's", Level: 2}
			if d := gocmp.Diff([]fitted{want}, got); d != "" || err != nil {
				t.Fatal(err, d)
			}
			if err := orm.Save(ctx, db, &row); err != nil { // as it was
				t.Fatal(err)
			}
		}
	})
}

func TestValuesOfTheProgramsOwnSQLAreBroughtIntoForm(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[fitted](orm.Table("fitted")))
		row := fitted{I64: 10, Price: "10.20", Name: "ab", State: "draft", Level: 1}
		if err := orm.Create(ctx, db, &row); err != nil {
			t.Fatal(err)
		}
		n, err := orm.From[fitted](db).Every().Update(ctx,
			fitI64.SetTo(orm.Raw[fitted, int64]("round(? * 1.1)", fitI64)),
			fitPrice.SetTo(orm.Raw[fitted, string]("CAST(? * 1.111 AS text)", fitPrice)))
		if n != 1 || err != nil {
			t.Fatal(n, err)
		}
		row, err = orm.From[fitted](db).Where(fitPrice.Eq("11.33"), fitI64.Eq(11)).Get(ctx)
		if row.I64 != 11 || row.Price != "11.33" || err != nil {
			t.Error(row, err)
		}
	})
}

func TestSeveralColumnsMayBeToBlame(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[fitted](orm.Table("fitted")))
		row := fitted{I64: math.MaxInt64, I16: 1, Price: "1", Name: "ab", State: "draft", Level: 1}
		if err := orm.Create(ctx, db, &row); err != nil {
			t.Fatal(err)
		}
		_, err := orm.From[fitted](db).Every().Update(ctx, fitI64.Increment(1), fitNarrow.Increment(1), fitID.SetTo(orm.Calc(fitID).Add(1)))
		if fault.KindOf(err) != fault.Invalid || !errors.Is(err, database.ErrOutOfRange) || !strings.Contains(err.Error(), "fitted") || !strings.Contains(err.Error(), "I64") {
			t.Error(err)
		}
		// Nor is a column to blame for what a condition computes.
		_, err = orm.From[fitted](db).Where(orm.Calc(fitI64).Mul(2).Gt(0)).Update(ctx, fitI16.Increment(1))
		if e := (*orm.FieldError)(nil); errors.As(err, &e) {
			t.Errorf("%v, of a condition", err)
		}
	})
}

func TestFloat32sStayThoseOfTheStruct(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[fitted](orm.Table("fitted")))
		const n = 4
		for range n {
			if err := orm.Create(ctx, db, &fitted{F32: 1, Price: "1", State: "draft", Level: 1}); err != nil {
				t.Fatal(err)
			}
		}
		q := orm.From[fitted](db)
		for _, set := range []orm.Assignment[fitted]{fitF32.Increment(0.1), fitF32.SetTo(orm.Calc(fitF32).Mul(1.1)), fitF32.SetTo(orm.Calc(fitF32).Mul(1e-30)), fitF32.SetTo(orm.Calc(fitF32).Mul(1e-30))} {
			if _, err := q.Every().Update(ctx, set); err != nil {
				t.Fatal(err)
			}
			row, err := q.First(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if found, err := q.Where(fitF32.Eq(row.F32)).Count(ctx); found != n || err != nil {
				t.Errorf("%d rows have the %v that was read: %v", found, row.F32, err)
			}
			seen := 0
			for after := ""; ; seen++ {
				page, err := q.OrderBy(fitF32.Asc(), fitID.Asc()).Seek(ctx, after, 1)
				if err != nil {
					t.Fatal(err)
				}
				if after = page.Next; after == "" {
					seen += len(page.Items)
					break
				}
			}
			if seen != n {
				t.Errorf("pages show %d of %d rows of %v", seen, n, row.F32)
			}
		}
	})
}

func TestASumOfDecimalsNeedNotFitTheColumn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[fitted](orm.Table("fitted")))
		q := orm.From[fitted](db)
		for _, price := range []string{"99999999.99", "1.50"} {
			if err := orm.Create(ctx, db, &fitted{Price: price, State: "draft", Level: 1}); err != nil {
				t.Fatal(err)
			}
		}
		const want = "100000001.49"
		sum := orm.Sum(fitPrice)
		for name, x := range map[string]orm.Expression[fitted, string]{"sum": sum, "coalesce": orm.Coalesce(sum, orm.Value[fitted]("200000000.00"))} {
			if got, err := orm.Select[string](q, x).Get(ctx); got != want || err != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		states, err := orm.Select[string](q.Having(sum.Ge("100000001.49"), sum.Lt("1000000000")), fitState).All(ctx)
		if len(states) != 1 || err != nil {
			t.Errorf("groups by their sum: %v, %v", states, err)
		}
		// In the column there is still no room for it.
		_, err = q.Every().Update(ctx, fitPrice.SetTo(orm.Scalar[fitted](orm.Select[string](q, sum))))
		if e := (*orm.FieldError)(nil); !errors.As(err, &e) || e.Field != "Price" {
			t.Errorf("the sum in the column: %v", err)
		}
	})
}
