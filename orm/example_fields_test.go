package orm_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/orm"
)

// Stage is how far a workshop is.
type Stage string

// The stages.
const (
	Planned  Stage = "planned"
	Open     Stage = "open"
	Finished Stage = "finished"
)

// Choices are the only stages that can be stored.
func (Stage) Choices() []orm.Choice {
	return []orm.Choice{
		{Value: Planned, Label: "Planned"},
		{Value: Open, Label: "Open for registration"},
		{Value: Finished, Label: "Over"},
	}
}

// Workshop has fields of many kinds.
type Workshop struct {
	ID     uuid.UUID // made by the program
	Title  string    `db:"size=100"`
	Stage  Stage     `db:"size=10"`
	Day    civil.Date
	Doors  *civil.Clock // may be absent
	Length time.Duration
	Price  string         `db:"decimal=8.2"`
	Extra  map[string]any `db:"json"`
}

func ExampleChooser() {
	dir, err := os.MkdirTemp("", "vola")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := openWorkshops(filepath.Join(dir, "workshops.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	ctx := context.Background()
	doors := civil.NewClock(18, 30, 0, 0)
	w := Workshop{
		Title: "Go for Django people", Stage: Open, Day: civil.NewDate(2026, time.November, 23), Doors: &doors,
		Length: 90 * time.Minute, Price: "12.5", Extra: map[string]any{"room": 4},
	}
	fmt.Println(orm.Create(ctx, db, &w))

	// vola gen writes these descriptors.
	day, price := orm.Descriptor[orm.Ordered[*Workshop, civil.Date]]("Day"), orm.Descriptor[orm.Number[*Workshop, string]]("Price")
	found, err := orm.From[Workshop](db).Where(day.Ge(civil.NewDate(2026, 1, 1)), price.Lt("100")).Get(ctx)
	fmt.Println(found.Day, found.Doors, found.Length, found.Price, found.Extra["room"], err)

	w.Stage = "postponed"
	fmt.Println(orm.Update(ctx, db, &w, orm.Descriptor[orm.Text[*Workshop, Stage]]("Stage")))
	// Output:
	// <nil>
	// 2026-11-23 18:30:00 1h30m0s 12.50 4 <nil>
	// orm_test.Workshop, field Stage: "postponed" is not one of the choices of Stage: planned, open, finished
}

// openWorkshops makes a database file with the table of workshops.
func openWorkshops(path string) (*database.DB, error) {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{URL: "sqlite:" + path, Drivers: []database.Driver{sqlite.Driver}, Create: true})
	if err != nil {
		return nil, err
	}
	models, err := orm.NewModels(orm.Group{Module: "school", Models: []orm.Declaration{
		orm.Model[Workshop](orm.Index("Stage", "-Day"), orm.Check("price_positive", "price >= 0")),
	}})
	if err != nil {
		return nil, err
	}
	if err := orm.Use(db, models); err != nil {
		return nil, err
	}
	return db, models.CreateTables(ctx, db)
}
