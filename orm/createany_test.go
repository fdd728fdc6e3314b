package orm_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// parcel has methods that run when it is stored, and defaults.
type parcel struct {
	ID     int64
	To     string `db:"default='the door'"`
	Grams  int32  `db:"default=500"`
	Fast   bool   `db:"default=true"`
	Price  string `db:"decimal=6.2,default=1.5"`
	Weight *int64 `db:"default=7"`
	Note   string
	saved  bool `db:"-"`
}

func (p *parcel) Validate(context.Context) error {
	if p.Note == "" {
		return errors.New("no note")
	}
	return nil
}

func (p *parcel) AfterSave(_ context.Context, s *orm.Saving) error {
	p.saved = s.Created
	return nil
}

// TestCreateAny stores a row by a pointer of any type, as Create does.
func TestCreateAny(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models := use(t, db, orm.Model[parcel]())
		ctx := t.Context()
		var row any = &parcel{Note: "x", Price: "1"}
		if err := orm.CreateAny(ctx, db, row); err != nil {
			t.Fatal(err)
		}
		if p := row.(*parcel); p.ID != 1 || !p.saved {
			t.Errorf("stored %+v", p)
		}
		if p, err := orm.Find[parcel](ctx, db, 1); err != nil || p.Note != "x" {
			t.Errorf("found %+v, %v", p, err)
		}
		for _, tt := range []struct {
			row  any
			want string
		}{
			{&parcel{}, "no note"}, {(*parcel)(nil), "the row is a nil pointer"}, {parcel{}, "not a orm_test.parcel"}, {nil, "not a <nil>"},
			{new(int), "int is not a model"}, {new(*parcel), "*orm_test.parcel is not a model"},
		} {
			if err := orm.CreateAny(ctx, db, tt.row); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%T: %v, want %q", tt.row, err, tt.want)
			}
		}
		fields, err := models.Fields(reflect.TypeFor[parcel]())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		for _, f := range fields {
			if f.Default != (f.DefaultValue != nil) {
				t.Errorf("%s has a default: %t, and it is %v", f.Name, f.Default, f.DefaultValue)
			}
			got[f.Name] = f.DefaultValue
		}
		want := map[string]any{"ID": nil, "To": "the door", "Grams": int32(500), "Fast": true, "Price": "1.50", "Weight": int64(7), "Note": nil}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("defaults %v, want %v", got, want)
		}
	})
}
