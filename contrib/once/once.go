// Package once stores a form that is sent twice only once: by a double click, the button
// "back", a page that is loaded again or a network that repeats what it has sent.
//
// A site has the module, whose table remembers for a day what was sent:
//
//	Modules: []module.Module{once.New(), shop.New()}
//
// A handler gives its form a key, and stores it with [Save]:
//
//	form := orderForm.Bind(r.Context(), order{})
//	form.Once()
//	ok, err := form.Read(r)
//	if ok {
//		to, ok, err = once.Save(r.Context(), db, form, func(ctx context.Context, tx *database.Tx) (string, error) {
//			err := orm.Create(ctx, tx, form.Value)
//			return "/orders/" + strconv.FormatInt(form.Value.ID, 10) + "/", err
//		})
//	}
package once

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"

	"github.com/volaweb/vola/contrib/once/migrations"
)

// Kept is how long it is remembered what was sent.
const Kept = 24 * time.Hour

type app struct{ module.Base }

// New returns the module.
func New() module.Module { return &app{} }

func (*app) Name() string                    { return "once" }
func (*app) Migrations() []migrate.Migration { return migrations.All() }
func (*app) Models() []orm.Declaration       { return []orm.Declaration{orm.Model[Submission]()} }

// Submission is a form that was sent and stored.
type Submission struct {
	ID     int64
	Key    string    `db:"size=64,unique"` // SHA-256 of the key of the page
	Digest string    `db:"size=64"`        // SHA-256 of what was filled in
	URL    string    `db:"size=2000"`      // of the page about what was stored
	Sent   time.Time `db:"auto_now_add,index"`
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Submission) Internal() {}

// errTwice is the error of a key that is there already.
var errTwice = errors.New("once: the form was sent before")

// Save writes what was read, as [ormforms.Save] does, if a form with this key was not stored
// before. write returns the URL of the page about what it has stored; to is that URL. If the
// same form with the same content was stored before, or is being stored at the same time, write
// is not called or what it did is undone, and to is the URL of what was stored then. If the
// content is another, as after the button "back", that is an error of the form, and the page
// has a new key: to send it again stores it as something new.
func Save[M any](ctx context.Context, h database.Handle, form *forms.Bound[M], write func(ctx context.Context, tx *database.Tx) (url string, err error)) (to string, ok bool, err error) {
	if form.Key() == "" {
		return "", false, errors.New("once: the form has no key; call its method Once after Bind")
	}
	key, digest := sha256.Sum256([]byte(form.Key())), form.Digest()
	s := Submission{Key: hex.EncodeToString(key[:]), Digest: hex.EncodeToString(digest[:])}
	ok, err = ormforms.Save(ctx, h, form, func(ctx context.Context, tx *database.Tx) error {
		err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return orm.Create(ctx, tx, &s) })
		if errors.Is(err, database.ErrUnique) {
			return errTwice
		}
		if err != nil {
			return err
		}
		if s.URL, err = write(ctx, tx); err != nil {
			return err
		}
		return orm.Update(ctx, tx, &s, Submissions.URL)
	})
	switch {
	case errors.Is(err, errTwice):
		return again(ctx, h, form, s)
	case ok:
		if db, is := h.(*database.DB); is {
			// What cannot be forgotten now is forgotten the next time.
			_, _ = orm.From[Submission](db).Where(Submissions.Sent.Lt(s.Sent.Add(-Kept))).Delete(ctx)
		}
	}
	return s.URL, ok, err
}

// again answers a form whose key is there already.
func again[M any](ctx context.Context, h database.Handle, form *forms.Bound[M], s Submission) (to string, ok bool, err error) {
	first, err := orm.From[Submission](h).Where(Submissions.Key.Eq(s.Key)).Get(ctx)
	if err != nil {
		return "", false, fmt.Errorf("once: find what was sent before: %w", err)
	}
	if first.Digest == s.Digest {
		return first.URL, true, nil
	}
	form.Add(nil, "You have sent this form before, with other content. Send it again if you want to store this as something new.")
	form.Once()
	return "", false, nil
}
