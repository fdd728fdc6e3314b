package orm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// line has a key of two fields.
type line struct {
	Order  int64 `db:"primary_key"`
	Number int32 `db:"primary_key"`
	What   string
	Day    civil.Date
}

func TestKeysOfSeveralFields(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[line]())
		what := orm.Descriptor[orm.Text[*line, string]]("What")
		for _, l := range []line{{Order: 1, Number: 1}, {Order: 1, Number: 2}, {Order: 2, Number: 1}} {
			if err := orm.Create(ctx, db, &l); err != nil {
				t.Fatal(err)
			}
		}
		if err := orm.Create(ctx, db, &line{Order: 1, Number: 2}); !errors.Is(err, database.ErrUnique) {
			t.Errorf("the same key again: %v", err)
		}
		if err := orm.Update(ctx, db, &line{Order: 1, Number: 2, What: "tea"}, what); err != nil {
			t.Error(err)
		}
		if err := orm.Update(ctx, db, &line{Order: 1, Number: 2}, orm.Descriptor[orm.Number[*line, int32]]("Number")); err == nil {
			t.Error("a part of the key was changed")
		}
		if err := orm.Delete(ctx, db, &line{Order: 1, Number: 1}); err != nil {
			t.Error(err)
		}
		if err := orm.Delete(ctx, db, &line{Order: 2, Number: 2}); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("deleting what is not there: %v", err)
		}
		got, err := orm.From[line](db).OrderBy(orm.Descriptor[orm.Number[*line, int64]]("Order").Asc()).All(ctx)
		want := []line{{Order: 1, Number: 2, What: "tea"}, {Order: 2, Number: 1}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		number := orm.Descriptor[orm.Number[*line, int32]]("Number")
		counts, err := orm.Select[struct {
			Number int32
			Count  int64
		}](orm.From[line](db).OrderBy(number.Asc()), number, orm.Count[line]()).All(ctx)
		if err != nil || fmt.Sprint(counts) != "[{1 1} {2 1}]" {
			t.Errorf("groups of rows whose key has several fields: %v, %v", counts, err)
		}
		if _, err := orm.Select[int64](orm.From[line](db).Having(number.Gt(0)), orm.Count[line]()).All(ctx); err == nil || !strings.Contains(err.Error(), "Number") {
			t.Errorf("a condition on what is not selected: %v", err)
		}
		n, err := orm.From[line](db).Every().Update(ctx, what.SetTo(orm.Case[line, string]().When(number.Eq(1), "one").Else("more")))
		if err != nil || n != 2 {
			t.Errorf("an update to given values: %d, %v", n, err)
		}
		names, err := orm.Select[string](orm.From[line](db).OrderBy(number.Asc()), what).All(ctx)
		if err != nil || strings.Join(names, " ") != "one more" {
			t.Errorf("after an update to given values: %v, %v", names, err)
		}
	})
}

// pupil attends courses; enrolment is a pair of the two, and nothing else is
// its key.
type pupil struct {
	ID      int64
	Courses orm.Many[course] `db:"through=enrolment"`
}

type course struct{ ID int64 }

type enrolment struct {
	Pupil  orm.Ref[pupil]  `db:"primary_key"`
	Course orm.Ref[course] `db:"primary_key"`
	Grade  *int16
}

func TestAPairCanBeAKey(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[pupil](), orm.Model[course](), orm.Model[enrolment]())
		var p pupil
		c := [2]course{}
		for _, err := range []error{orm.Create(ctx, db, &p), orm.Create(ctx, db, &c[0]), orm.Create(ctx, db, &c[1])} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range c {
			e := enrolment{Pupil: orm.Ref[pupil]{ID: p.ID}, Course: orm.Ref[course]{ID: c[i].ID}}
			if err := orm.Create(ctx, db, &e); err != nil {
				t.Fatal(err)
			}
			e.Grade = new(int16(i))
			if err := orm.Update(ctx, db, &e, orm.Descriptor[orm.NullNumber[*enrolment, int16]]("Grade")); err != nil {
				t.Fatal(err)
			}
		}
		courses := orm.Descriptor[orm.ManyToMany[*pupil, *course]]("Courses")
		got, err := orm.From[pupil](db).Where(courses.Any(orm.Descriptor[orm.Number[*course, int64]]("ID").Eq(c[1].ID))).With(courses).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if all, err := got.Courses.All(); err != nil || !cmp.Equal(all, c[:]) {
			t.Errorf("the courses are %v, %v", all, err)
		}
	})
}

// device has a uuid for a key, and part refers to it.
type device struct {
	ID   uuid.UUID
	Name string
}

type part struct {
	ID     [16]byte
	Device orm.RefKey[device, uuid.UUID]
	Spare  *orm.RefKey[device, uuid.UUID]
}

func TestUUIDKeys(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[device](), orm.Model[part]()}})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 23, 12, 0, 0, 500_000, time.UTC)
		zeros := strings.NewReader(strings.Repeat("\x00", 8*5))
		if err := orm.Use(db, models.WithClock(func() time.Time { return now }).WithRandom(zeros)); err != nil {
			t.Fatal(err)
		}
		if err := models.CreateTables(ctx, db); err != nil {
			t.Fatal(err)
		}
		var devices []device
		for _, name := range []string{"a", "b", "c"} {
			d := device{Name: name}
			if err := orm.Create(ctx, db, &d); err != nil {
				t.Fatal(err)
			}
			devices = append(devices, d)
			now = now.Add(time.Microsecond)
		}
		if got := devices[0].ID; got.Version() != 7 || got.Variant() != uuid.RFC4122 || got.String() != "01a20846-fe00-7800-8000-000000000000" {
			t.Errorf("the first key is %v", got)
		}
		got, err := orm.From[device](db).OrderBy(orm.Descriptor[orm.Ordered[*device, uuid.UUID]]("ID").Asc()).All(ctx)
		if diff := cmp.Diff(devices, got); diff != "" || err != nil {
			t.Errorf("the keys are not in the order of time: %s%v", diff, err)
		}
		p := part{Device: orm.RefKey[device, uuid.UUID]{ID: devices[1].ID}, Spare: &orm.RefKey[device, uuid.UUID]{ID: devices[2].ID}}
		if err := orm.Create(ctx, db, &p); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Microsecond)
		if err := orm.Create(ctx, db, &part{Device: p.Device}); err != nil {
			t.Fatal(err)
		}
		spare := orm.Descriptor[orm.NullForeignKey[*part, *device, uuid.UUID]]("Spare")
		parts, err := orm.From[part](db).Where(spare.Has(orm.Descriptor[orm.Text[*device, string]]("Name").Eq("c"))).
			With(spare, orm.Descriptor[orm.ForeignKey[*part, *device, uuid.UUID]]("Device")).All(ctx)
		if err != nil || len(parts) != 1 || parts[0].Spare.ID != devices[2].ID {
			t.Fatalf("%+v, %v", parts, err)
		}
		if d, err := parts[0].Spare.Get(); err != nil || d.Name != "c" {
			t.Errorf("the spare is %v, %v", d, err)
		}
		if none, err := orm.From[part](db).Where(spare.IsNull()).With(spare).Get(ctx); err != nil || none.Spare != nil {
			t.Errorf("no spare is %v, %v", none.Spare, err)
		}
		if err := orm.Create(ctx, db, &device{}); err == nil || !strings.Contains(err.Error(), "make a uuid") {
			t.Errorf("without randomness: %v", err)
		}
	})
}

type (
	// club has a key of 32 bits, as Django's AutoField.
	club struct {
		ID      int64 `db:"bits=32"`
		Name    string
		Members orm.Many[member]
	}
	// member is stored before the club that it refers to.
	member struct {
		ID   int64
		Club orm.Ref[club] `db:"on_delete=no_action,deferred"`
	}
)

func TestKeysOfFewerBitsAndDeferredReferences(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[club](), orm.Model[member]()}})
	if err != nil {
		t.Fatal(err)
	}
	var narrow []string
	for _, table := range models.Schema().Tables {
		for _, c := range table.Columns {
			if c.Type.Kind == schema.Int32 {
				narrow = append(narrow, table.Name+"."+c.Name)
			}
		}
	}
	if diff := cmp.Diff([]string{"m_club.id", "m_club_members.club_id", "m_member.club_id"}, narrow); diff != "" {
		t.Errorf("columns of 32 bits (-want +got)\n%s", diff)
	}
	name := orm.Descriptor[orm.Text[*club, string]]("Name")
	members := orm.Descriptor[orm.ManyToMany[*club, *member]]("Members")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[club](), orm.Model[member]())
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			m := member{Club: orm.Ref[club]{ID: 1}}
			if err := orm.Create(ctx, tx, &m); err != nil {
				return err
			}
			c := club{Name: "chess"}
			if err := orm.Create(ctx, tx, &c); err != nil {
				return err
			}
			return members.Add(ctx, tx, &c, &m)
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := orm.From[club](db).Where(name.Eq("chess")).With(members).Get(t.Context())
		if err != nil || got.ID != 1 {
			t.Fatal(got, err)
		}
		if all, err := got.Members.All(); err != nil || len(all) != 1 || all[0].Club.ID != 1 {
			t.Errorf("members: %+v, %v", all, err)
		}
		if err := orm.Delete(t.Context(), db, &got); !errors.Is(err, database.ErrForeignKey) {
			t.Errorf("a row that is referred to was deleted: %v", err)
		}
	})
}
