package vola_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/signing"
)

type Member struct {
	ID    int64
	IBAN  signing.Sealed
	Phone *signing.Sealed
}

type Seat struct {
	Row    int64 `db:"primary_key"`
	Number int64 `db:"primary_key"`
	Code   signing.Sealed
}

const ibans = signing.Purpose("club iban")

// TestReseal: whatever was sealed with an old key is sealed with the new one after the command,
// NULL and "" stay, and what cannot be opened stays and is told.
func TestReseal(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "club", Models: []orm.Declaration{
			orm.Model[Member](), orm.Model[Seat](),
		}})
		if err == nil {
			err = errors.Join(orm.Use(db, models), models.CreateTables(t.Context(), db))
		}
		if err != nil {
			t.Fatal(err)
		}
		old, now := bytes.Repeat([]byte("o"), 32), bytes.Repeat([]byte("n"), 32)
		before, after, foreign := signing.New(old), signing.New(now, old), signing.New(bytes.Repeat([]byte("f"), 32))

		members := make([]Member, 1203)
		for i := range members {
			about := fmt.Sprint(i)
			switch {
			case i < 2:
				members[i].IBAN = ibans.Seal(foreign, about, about)
			case i == 2:
				members[i].IBAN = ibans.Seal(after, about, about)
			case i > 3:
				members[i].IBAN = ibans.Seal(before, about, about)
			}
			if i == 5 {
				phone := ibans.Seal(before, "phone", "555")
				members[i].Phone = &phone
			}
		}
		seat := Seat{Row: 1, Number: 2, Code: ibans.Seal(before, "seat", "x")}
		if err := errors.Join(orm.CreateAll(t.Context(), db, members), orm.Create(t.Context(), db, &seat)); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err = vola.Reseal(t.Context(), db, after, &out)
		if err == nil || !strings.Contains(err.Error(), "table club_member, column iban: 2 values cannot be opened with any of the keys, the first in row 1, 2;") {
			t.Errorf("what cannot be opened: %v", err)
		}
		want := []string{"club_member.iban: sealed 1199 values again", "club_member.phone: sealed 1 value again", "club_seat.code: sealed 1 value again", ""}
		if got := strings.Split(out.String(), "\n"); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		got, err := orm.From[Member](db).All(t.Context())
		if err != nil || len(got) != len(members) {
			t.Fatal(len(got), err)
		}
		only := signing.New(now)
		for _, m := range got {
			i := int(m.ID) - 1
			value, err := ibans.Open(only, fmt.Sprint(i), m.IBAN)
			switch {
			case i < 2:
				if err == nil || m.IBAN != members[i].IBAN {
					t.Errorf("row %d, of an unknown key: %q %v", i, value, err)
				}
			case i == 3:
				if m.IBAN != "" || err != nil {
					t.Errorf("row %d, without a value: %q %v", i, string(m.IBAN), err)
				}
			case err != nil || value != fmt.Sprint(i):
				t.Errorf("row %d: %q %v", i, value, err)
			}
			if (m.Phone != nil) != (i == 5) {
				t.Errorf("row %d: phone %v", i, m.Phone)
			}
		}
		out.Reset()
		if err := vola.Reseal(t.Context(), db, after, &out); err == nil || !strings.Contains(out.String(), "club_member.iban: sealed 0 values again") {
			t.Errorf("for the second time: %v %s", err, out.String())
		}
	})
}

// TestResealCommand: without a key, or a column, the command says so.
func TestResealCommand(t *testing.T) {
	t.Parallel()
	cfg := site(t.TempDir())
	env := []string{"DATABASE_URL=sqlite:" + t.TempDir() + "/a.db"}
	run(t, cfg, env, "migrate").want(t, 0)
	run(t, cfg, env, "reseal").want(t, 0, "no model has a column of type signing.Sealed")
	run(t, cfg, append(env, "SECRET_KEY="), "reseal").want(t, 2, "SECRET_KEY is not set")
}
