// Package dbstore keeps the sessions of package sessions in the database of a site.
//
// A module of the site has the table: it lists the model, and makemigrations writes the
// migration.
//
//	func (*Shop) Models() []orm.Declaration {
//		return []orm.Declaration{dbstore.Model(), ...}
//	}
//
//	func (s *Shop) SessionStore(h *module.Host) sessions.Store { return dbstore.New(h.DB) }
//
// The module auth has one already.
package dbstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/cleaning"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web/sessions"
)

// Session is a row of the table of sessions. Only this package writes it.
type Session struct {
	Hash    string    `db:"size=43,primary_key"` // SHA-256 of the token
	UserID  *int64    `db:"index"`               // nil for nobody
	Until   time.Time `db:"index"`               // when it ends if it is not used any more
	Version int64     // counts the changes
	Record  string    // the session, as JSON; the columns are for finding it
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Session) Internal() {}

// Model declares [Session], for the models of the module that has the table.
func Model() orm.Declaration { return orm.Model[Session]() }

// maxData is how much one session may take, in bytes of JSON.
const maxData = 64 << 10

// Store keeps sessions in the table of a database whose models have [Session]. It is safe for
// concurrent use.
type Store struct {
	db *database.DB
	// load is the statement of Load, written at its first use.
	load atomic.Pointer[string]
}

var (
	_ sessions.Store   = (*Store)(nil)
	_ sessions.Devices = (*Store)(nil)
)

// New returns a store.
func New(db *database.DB) *Store { return &Store{db: db} }

// Load is that of [sessions.Store]: one statement, and none for a text that is not a token.
func (s *Store) Load(ctx context.Context, token string, now time.Time) (*sessions.Record, error) {
	hash, ok := sessions.HashToken(token)
	if !ok {
		return nil, sessions.ErrNone
	}
	query, err := s.loading()
	if err != nil {
		return nil, err
	}
	var text string
	err = database.QueryRow(ctx, s.db, []any{&text}, query, hash)
	if errors.Is(err, database.ErrNoRows) {
		return nil, sessions.ErrNone
	}
	if err != nil {
		return nil, err
	}
	r, err := recordOf(text)
	if err == nil && !now.Before(r.Until()) {
		return nil, sessions.ErrNone
	}
	return r, err
}

// loading returns the statement of Load. It runs on each request that asks for the session,
// so the query is not built each time.
func (s *Store) loading() (string, error) {
	if query := s.load.Load(); query != nil {
		return *query, nil
	}
	models, err := orm.ModelsOf(s.db)
	if err != nil {
		return "", err
	}
	record, err := orm.Info(models, Sessions.Record)
	if err != nil {
		return "", err
	}
	hash, err := orm.Info(models, Sessions.Hash)
	if err != nil {
		return "", err
	}
	query := fmt.Sprintf("SELECT %s FROM %s WHERE %s = %s", database.Quote(record.Column), database.Quote(record.Table),
		database.Quote(hash.Column), s.db.Dialect().AppendPlaceholder(nil, 1))
	s.load.Store(&query)
	return query, nil
}

// Create is that of [sessions.Store].
func (s *Store) Create(ctx context.Context, r *sessions.Record) (string, error) {
	token := sessions.NewToken()
	hash, _ := sessions.HashToken(token)
	r.ID, r.Version = sessions.IDOf(hash), 1
	row, err := rowOf(hash, r)
	if err == nil {
		err = orm.Create(ctx, s.db, row)
	}
	return token, err
}

// Change is that of [sessions.Store]: one statement, unless somebody else has changed the
// session since it was loaded. Then the row is locked, read and written.
func (s *Store) Change(ctx context.Context, token string, last *sessions.Record, change func(*sessions.Record) error) (string, *sessions.Record, error) {
	hash, ok := sessions.HashToken(token)
	if !ok {
		return "", nil, sessions.ErrNone
	}
	if last != nil {
		if next, err := store(ctx, s.db, hash, last, change); err != nil || next != nil {
			return token, next, err
		}
	}
	var next *sessions.Record
	err := s.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		row, ok, err := orm.From[Session](tx).Where(Sessions.Hash.Eq(hash)).ForUpdate(orm.Wait).Lookup(ctx)
		if err != nil {
			return err
		}
		if !ok {
			return sessions.ErrNone
		}
		latest, err := recordOf(row.Record)
		if err == nil {
			next, err = store(ctx, tx, hash, latest, change)
		}
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return token, next, nil
}

// store writes what change makes of a record, and returns nil if the row is not that record
// any more.
func store(ctx context.Context, h database.Handle, hash string, last *sessions.Record, change func(*sessions.Record) error) (*sessions.Record, error) {
	next := last.Clone()
	if err := change(next); err != nil {
		return nil, err
	}
	next.ID, next.Version = last.ID, last.Version+1
	row, err := rowOf(hash, next)
	if err != nil {
		return nil, err
	}
	user := Sessions.UserID.SetNull()
	if row.UserID != nil {
		user = Sessions.UserID.Set(*row.UserID)
	}
	n, err := orm.From[Session](h).Where(Sessions.Hash.Eq(hash), Sessions.Version.Eq(last.Version)).Update(ctx,
		user, Sessions.Until.Set(row.Until), Sessions.Version.Set(row.Version), Sessions.Record.Set(row.Record))
	if err != nil || n == 0 {
		return nil, err
	}
	return next, nil
}

// Delete is that of [sessions.Store].
func (s *Store) Delete(ctx context.Context, token string) error {
	hash, ok := sessions.HashToken(token)
	if !ok {
		return nil
	}
	_, err := orm.From[Session](s.db).Where(Sessions.Hash.Eq(hash)).Delete(ctx)
	return err
}

// List is that of [sessions.Devices].
func (s *Store) List(ctx context.Context, user int64, now time.Time) ([]sessions.Record, error) {
	all, err := orm.Select[string](orm.From[Session](s.db).Where(Sessions.UserID.Eq(user), Sessions.Until.Gt(now)), Sessions.Record).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]sessions.Record, len(all))
	for i, text := range all {
		r, err := recordOf(text)
		if err != nil {
			return nil, err
		}
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b sessions.Record) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// EndAll is that of [sessions.Devices].
func (s *Store) EndAll(ctx context.Context, user int64, but ...string) (int, error) {
	return s.end(ctx, user, func(id string) bool { return !slices.Contains(but, id) })
}

// EndIn ends all sessions of a user in a transaction, together with what is the reason for it.
func (s *Store) EndIn(ctx context.Context, tx *database.Tx, user int64) error {
	_, err := orm.From[Session](tx).Where(Sessions.UserID.Eq(user)).Delete(ctx)
	return err
}

// EndOne is that of [sessions.Devices].
func (s *Store) EndOne(ctx context.Context, user int64, id string) error {
	_, err := s.end(ctx, user, func(got string) bool { return got == id })
	return err
}

func (s *Store) end(ctx context.Context, user int64, which func(id string) bool) (int, error) {
	all, err := orm.Select[string](orm.From[Session](s.db).Where(Sessions.UserID.Eq(user)), Sessions.Hash).All(ctx)
	if err != nil {
		return 0, err
	}
	var hashes []string
	for _, hash := range all {
		if which(sessions.IDOf(hash)) {
			hashes = append(hashes, hash)
		}
	}
	if len(hashes) == 0 {
		return 0, nil
	}
	n, err := orm.From[Session](s.db).Where(Sessions.Hash.In(hashes...)).Delete(ctx)
	return int(n), err
}

// recordOf returns the session of a row.
func recordOf(text string) (*sessions.Record, error) {
	r, err := sessions.ReadRecord(text)
	if err != nil {
		return nil, fmt.Errorf("a row of the table of sessions: %w", err)
	}
	return r, nil
}

// rowOf returns the row of a session.
func rowOf(hash string, r *sessions.Record) (*Session, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write the session: %w", err)
	}
	if len(text) > maxData {
		err := fmt.Errorf("the session takes %d bytes, at most %d are stored", len(text), maxData)
		return nil, fault.Wrap(fault.TooLarge, err, "This is more than the site can remember of you.")
	}
	row := &Session{Hash: hash, Until: r.Until(), Version: r.Version, Record: string(text)}
	if r.User != 0 {
		row.UserID = &r.User
	}
	return row, nil
}

// piece is how many rows are deleted at once, so that no statement holds a lock for long.
const piece = 1000

// CleanUp deletes the sessions that have expired, and returns how many they were. Sessions
// that have expired are not found anyway.
func (s *Store) CleanUp(ctx context.Context, now time.Time) (int, error) {
	for total := 0; ; {
		hashes, err := orm.Select[string](orm.From[Session](s.db).Where(Sessions.Until.Le(now)).OrderBy(Sessions.Until.Asc()).Limit(piece), Sessions.Hash).All(ctx)
		if err != nil || len(hashes) == 0 {
			return total, err
		}
		n, err := orm.From[Session](s.db).Where(Sessions.Hash.In(hashes...), Sessions.Until.Le(now)).Delete(ctx)
		total += int(n)
		if err != nil || len(hashes) < piece {
			return total, err
		}
	}
}

// Run cleans up every ten minutes, a little earlier or later, until the context is done.
func (s *Store) Run(ctx context.Context, now func() time.Time, log *slog.Logger) {
	cleaning.Run(ctx, log, "sessions that have expired cannot be deleted", func(ctx context.Context) error {
		_, err := s.CleanUp(ctx, now())
		return err
	})
}
