package orm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// snippet: ticket

// Ticket is a row that several people may change at the same time.
type Ticket struct {
	ID      int64
	Title   string `db:"size=100"`
	Slug    string `db:"size=100,unique"`
	Kind    string `db:"size=10,default=bug"`
	Done    bool
	Created time.Time  `db:"auto_now_add"`
	Deleted *time.Time `db:"soft_delete"`
	Version int64      `db:"version"`
}

// end snippet

// vola gen writes these descriptors.
var tickets = struct {
	ID      *orm.Number[*Ticket, int64]
	Title   *orm.Text[*Ticket, string]
	Slug    *orm.Text[*Ticket, string]
	Kind    *orm.Text[*Ticket, string]
	Done    *orm.Column[*Ticket, bool]
	Deleted *orm.NullOrdered[*Ticket, time.Time]
}{
	orm.Descriptor[orm.Number[*Ticket, int64]]("ID"), orm.Descriptor[orm.Text[*Ticket, string]]("Title"), orm.Descriptor[orm.Text[*Ticket, string]]("Slug"),
	orm.Descriptor[orm.Text[*Ticket, string]]("Kind"), orm.Descriptor[orm.Column[*Ticket, bool]]("Done"), orm.Descriptor[orm.NullOrdered[*Ticket, time.Time]]("Deleted"),
}

// snippet: hooks

// Validate is asked before every store of one ticket, whoever stores it.
func (t *Ticket) Validate(context.Context) error {
	if strings.TrimSpace(t.Title) == "" {
		return fault.Newf(fault.Invalid, "a ticket needs a title")
	}
	return nil
}

// BeforeSave may change what is stored.
func (t *Ticket) BeforeSave(_ context.Context, s *orm.Saving) error {
	if t.Slug == "" {
		t.Slug = strings.ToLower(strings.ReplaceAll(t.Title, " ", "-"))
	}
	return nil
}

// AfterSave may store other rows, in the same transaction.
func (t *Ticket) AfterSave(ctx context.Context, s *orm.Saving) error {
	return orm.Create(ctx, s.Handle, &Entry{Text: fmt.Sprintf("%s, new: %t", t.Slug, s.Created)})
}

// BeforeDelete refuses what must stay.
func (t *Ticket) BeforeDelete(context.Context, database.Handle) error {
	if !t.Done {
		return fault.Newf(fault.Conflict, "ticket %q is not done", t.Title)
	}
	return nil
}

// end snippet

// snippet: own-save

// Save is a method of one's own around [orm.Save]. What it does not know, the
// options, it hands on as it got it.
func (t *Ticket) Save(ctx context.Context, h database.Handle, options ...orm.SaveOption) error {
	t.Title = strings.TrimSpace(t.Title)
	return orm.Save(ctx, h, t, options...)
}

// end snippet

// Entry is a line of the log.
type Entry struct {
	ID   int64
	Text string
}

// withTickets runs fn on a new database of tickets.
func withTickets(fn func(ctx context.Context, db *database.DB) error) {
	err := func() error {
		dir, err := os.MkdirTemp("", "vola")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ctx := context.Background()
		db, err := database.Open(ctx, database.Config{
			URL: "sqlite:" + filepath.Join(dir, "tickets.db"), Create: true, Drivers: []database.Driver{sqlite.Driver},
		})
		if err != nil {
			return err
		}
		defer db.Close()
		models, err := orm.NewModels(orm.Group{Module: "desk", Models: []orm.Declaration{orm.Model[Ticket](), orm.Model[Entry]()}})
		if err != nil {
			return err
		}
		if err := orm.Use(db, models); err != nil {
			return err
		}
		if err := models.CreateTables(ctx, db); err != nil {
			return err
		}
		return fn(ctx, db)
	}()
	if err != nil {
		fmt.Println(err)
	}
}

// Save stores the whole row; one that someone else changed meanwhile is a
// conflict, because the model has a version.
func ExampleSave() {
	withTickets(func(ctx context.Context, db *database.DB) error {
		// snippet: save
		mine := Ticket{Title: "It rains in"}
		if err := orm.Save(ctx, db, &mine); err != nil {
			return err
		}
		theirs, err := orm.From[Ticket](db).Where(tickets.ID.Eq(mine.ID)).Get(ctx)
		if err != nil {
			return err
		}
		theirs.Title = "It rains in, behind the chimney"
		if err := orm.Save(ctx, db, &theirs); err != nil {
			return err
		}
		mine.Done = true
		err = orm.Save(ctx, db, &mine)
		fmt.Println(errors.Is(err, orm.ErrConflict))
		// end snippet
		now, err := orm.From[Ticket](db).Get(ctx)
		fmt.Println(now.Title, now.Done, now.Version)
		return err
	})
	// Output:
	// true
	// It rains in, behind the chimney false 2
}

// A method Save of the model's own hands its options on; both forces at once
// are refused before the database hears of it.
func ExampleSave_own() {
	withTickets(func(ctx context.Context, db *database.DB) error {
		ticket := Ticket{Title: "  Paint the door "}
		fmt.Println(ticket.Save(ctx, db, orm.ForceInsert), ticket.Slug)
		fmt.Println(ticket.Save(ctx, db, orm.ForceInsert, orm.ForceUpdate))
		err := ticket.Save(ctx, db, orm.ForceInsert)
		fmt.Println(errors.Is(err, database.ErrUnique))
		return nil
	})
	// Output:
	// <nil> paint-the-door
	// orm: a save cannot force both an insert and an update
	// true
}

// Methods of the model run in the transaction of the statement: an error of one
// leaves nothing written.
func ExampleBeforeSaver() {
	withTickets(func(ctx context.Context, db *database.DB) error {
		fmt.Println(orm.Create(ctx, db, &Ticket{Title: " "}))
		door := Ticket{Title: "Paint the door"}
		if err := orm.Create(ctx, db, &door); err != nil {
			return err
		}
		fmt.Println(orm.Delete(ctx, db, &door))
		door.Done = true
		if err := orm.Update(ctx, db, &door, tickets.Done); err != nil {
			return err
		}
		fmt.Println(orm.Delete(ctx, db, &door))
		entries, err := orm.From[Entry](db).All(ctx)
		for _, e := range entries {
			fmt.Println(e.Text)
		}
		return err
	})
	// Output:
	// a ticket needs a title
	// ticket "Paint the door" is not done
	// <nil>
	// paint-the-door, new: true
	// paint-the-door, new: false
}

// Rows of a model with a field tagged soft_delete stay; their unique values are
// free.
func ExampleQuery_WithDeleted() {
	withTickets(func(ctx context.Context, db *database.DB) error {
		// snippet: soft-delete
		all := orm.From[Ticket](db)
		door := Ticket{Title: "Door", Done: true}
		if err := orm.Create(ctx, db, &door); err != nil {
			return err
		}
		if err := orm.Delete(ctx, db, &door); err != nil { // marked, and out of sight
			return err
		}
		if err := orm.Create(ctx, db, &Ticket{Title: "Door"}); err != nil { // the slug is free
			return err
		}
		alive, err := all.Count(ctx)
		if err != nil {
			return err
		}
		kept, err := all.WithDeleted().Count(ctx)
		if err != nil {
			return err
		}
		gone, err := all.WithDeleted().Where(tickets.Deleted.IsNotNull()).Purge(ctx) // for good
		// end snippet
		fmt.Println(alive, kept, gone)
		return err
	})
	// Output: 1 2 1
}

// snippet: variants

// Chore is what all kinds of tickets have in common.
type Chore interface{ Ask() string }

type (
	Bug  struct{ Ticket }
	Wish struct{ Ticket }
)

func (b Bug) Ask() string  { return "fix " + b.Slug }
func (w Wish) Ask() string { return "think about " + w.Slug }

var chores = orm.VariantsBy[Chore](tickets.Kind).
	Variant("bug", func(t Ticket) Chore { return Bug{t} }).
	Variant("wish", func(t Ticket) Chore { return Wish{t} })

// end snippet

// Rows load as different Go types, told apart by a column.
func ExampleVariantsBy() {
	withTickets(func(ctx context.Context, db *database.DB) error {
		err := orm.CreateAll(ctx, db, []Ticket{
			{Title: "Roof", Slug: "roof", Kind: "bug"}, {Title: "Pool", Slug: "pool", Kind: "wish"},
		})
		if err != nil {
			return err
		}
		list, err := chores.From(orm.From[Ticket](db).OrderBy(tickets.ID.Asc())).All(ctx)
		for _, c := range list {
			fmt.Printf("%T: %s\n", c, c.Ask())
		}
		return err
	})
	// Output:
	// orm_test.Bug: fix roof
	// orm_test.Wish: think about pool
}

// snippet: queue

// take does the oldest ticket that nobody else is at, and reports whether there
// was one. Several processes may call it: on PostgreSQL each locks a row of its
// own, on SQLite they take turns.
func take(ctx context.Context, db *database.DB, do func(Ticket) error) (found bool, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		ticket, err := orm.From[Ticket](tx).
			Where(tickets.Done.Eq(false)).
			OrderBy(tickets.ID.Asc()).
			ForUpdate(orm.SkipLocked).
			First(ctx)
		if errors.Is(err, orm.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		if err := do(ticket); err != nil {
			return err // the lock is gone, and another may try
		}
		ticket.Done = true
		return orm.Update(ctx, tx, &ticket, tickets.Done)
	})
	return found, err
}

// end snippet

// A table is a queue of jobs when those that work on it skip each other's rows.
func ExampleQuery_ForUpdate() {
	withTickets(func(ctx context.Context, db *database.DB) error {
		for _, title := range []string{"Roof", "Door"} {
			if err := orm.Create(ctx, db, &Ticket{Title: title}); err != nil {
				return err
			}
		}
		var done []string
		for {
			found, err := take(ctx, db, func(t Ticket) error { done = append(done, t.Title); return nil })
			if err != nil || !found {
				fmt.Println(strings.Join(done, ", "))
				return err
			}
		}
	})
	// Output: Roof, Door
}
