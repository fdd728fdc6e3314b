package orm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// ware has numbers that are texts in Go.
type ware struct {
	ID    int64
	Price string `db:"decimal=10.2"`
	Cost  string `db:"decimal=12.4"`
	Long  string `db:"decimal=20.2"`
	Name  string
}

var wares = struct {
	ID                *orm.Number[*ware, int64]
	Price, Cost, Long *orm.Number[*ware, string]
	Name              *orm.Text[*ware, string]
}{
	orm.Descriptor[orm.Number[*ware, int64]]("ID"),
	orm.Descriptor[orm.Number[*ware, string]]("Price"), orm.Descriptor[orm.Number[*ware, string]]("Cost"), orm.Descriptor[orm.Number[*ware, string]]("Long"),
	orm.Descriptor[orm.Text[*ware, string]]("Name"),
}

func eachWare(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	eachModel[ware](t, func(t *testing.T, db *database.DB) {
		if err := orm.Create(t.Context(), db, &ware{Price: "1.5", Cost: "1.5", Long: "1.5", Name: "1.5"}); err != nil {
			t.Fatal(err)
		}
		fn(t, db)
	})
}

func TestDecimalsAreNoTexts(t *testing.T) {
	eachWare(t, func(t *testing.T, db *database.DB) {
		W := wares
		q := orm.From[ware](db)
		check := func(name string, err error) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), "stored as") || !strings.Contains(err.Error(), "ware") || !strings.Contains(err.Error(), "Price") {
				t.Errorf("%s: error %v, want one about ware's Price", name, err)
			}
		}
		always := orm.Case[ware, string]().When(W.ID.Gt(0), "1")
		for name, c := range map[string]orm.Condition[ware]{
			"eq":          orm.Eq(W.Price, W.Name),
			"eq turned":   orm.Eq(W.Name, W.Price),
			"lt":          orm.Lt(W.Price, orm.Lower(W.Name)),
			"coalesce":    orm.Coalesce(W.Price, W.Name).Eq("1.5"),
			"case":        always.WhenTo(W.ID.Gt(0), W.Price).ElseTo(W.Name).Eq("1.5"),
			"in":          orm.In(W.Price, orm.Select[string](q, W.Name)),
			"in turned":   orm.In(W.Name, orm.Select[string](q, W.Price)),
			"scalar":      orm.Eq(W.Price, orm.Scalar[ware](orm.Select[string](q, W.Name))),
			"lower":       orm.Lower(W.Price).Eq("1.50"),
			"upper":       orm.Upper(W.Price).Eq("1.50"),
			"trim":        orm.Trim(W.Price).Eq("1.50"),
			"length":      orm.Length(W.Price).Eq(4),
			"concat":      orm.Concat(W.Price).Eq("1.50"),
			"concat both": orm.Concat(W.Name, W.Price).Eq("1.51.50"),
			"long":        orm.Eq(W.Price, W.Long),
		} {
			_, err := q.Where(c).Count(t.Context())
			check(name, err)
		}
		for name, a := range map[string]orm.Assignment[ware]{
			"price to name":     W.Price.SetTo(W.Name),
			"price to coalesce": W.Price.SetTo(orm.Coalesce(W.Name, orm.Value[ware]("1"))),
			"name to price":     W.Name.SetTo(W.Price),
		} {
			_, err := q.Every().Update(t.Context(), a)
			check(name, err)
		}
		_, err := orm.Select[string](q, W.Price).Union(orm.Select[string](q, W.Name)).All(t.Context())
		check("union", err)
		_, err = orm.Select[string](q, W.Name).UnionAll(orm.Select[string](q, W.Price)).All(t.Context())
		check("union turned", err)
	})
}

// TestDecimalsTogether mixes decimals with decimals, and with given values,
// which take their form.
func TestDecimalsTogether(t *testing.T) {
	eachWare(t, func(t *testing.T, db *database.DB) {
		W := wares
		q := orm.From[ware](db)
		always := orm.Case[ware, string]().When(W.ID.Gt(0), "1.5").Else("2")
		for name, c := range map[string]orm.Condition[ware]{
			"value":           orm.Eq(W.Price, orm.Value[ware]("1.500")),
			"value first":     orm.Le(orm.Value[ware]("1.5"), W.Price),
			"coalesce":        orm.Coalesce(W.Price, orm.Value[ware]("3")).Eq("1.5"),
			"case of values":  orm.Eq(W.Price, always),
			"other decimal":   orm.Eq(W.Price, W.Cost),
			"in":              orm.In(W.Cost, orm.Select[string](q, W.Price)),
			"long":            orm.In(W.Long, orm.Select[string](q, W.Long)),
			"of values alone": always.Eq("1.5"),
		} {
			if n, err := q.Where(c).Count(t.Context()); n != 1 || err != nil {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		for name, x := range map[string]orm.Expression[ware, string]{
			"case": orm.Case[ware, string]().When(W.ID.Gt(0), "2.5").Else("3"), "value": orm.Value[ware]("2.5"),
			"coalesce": orm.Coalesce(orm.Value[ware]("2.5")), "cost": W.Cost,
		} {
			if _, err := q.Every().Update(t.Context(), W.Price.SetTo(x)); err != nil {
				t.Errorf("set to %s: %v", name, err)
			}
			got, err := orm.Select[string](q, W.Price).All(t.Context())
			if s := fmt.Sprint(got); err != nil || s != "[2.50]" && name != "cost" || name == "cost" && s != "[1.50]" {
				t.Errorf("set to %s: %v, %v", name, got, err)
			}
		}
	})
}
