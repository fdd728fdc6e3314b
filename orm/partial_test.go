package orm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// essay is a model of which columns can be left out.
type essay struct {
	orm.Partial
	ID      int64
	Title   string `db:"unique"`
	Body    string
	Note    *string
	Author  orm.Ref[essayist]
	Changed time.Time `db:"auto_now"`
	Topics  orm.Many[essayTopic]
}

type essayist struct {
	ID   int64
	Name string
	orm.Partial
	Life   string
	Essays orm.HasMany[essay]
}

type essayTopic struct {
	ID   int64
	Name string
}

var (
	essayID        = orm.Descriptor[orm.Number[*essay, int64]]("ID")
	essayTitle     = orm.Descriptor[orm.Text[*essay, string]]("Title")
	essayBody      = orm.Descriptor[orm.Text[*essay, string]]("Body")
	essayNote      = orm.Descriptor[orm.NullText[*essay, string]]("Note")
	essayAuthor    = orm.Descriptor[orm.ForeignKey[*essay, *essayist, int64]]("Author")
	essayistLife   = orm.Descriptor[orm.Text[*essayist, string]]("Life")
	essayistEssays = orm.Descriptor[orm.Reverse[*essayist, *essay]]("Essays")
	essayTopics    = orm.Descriptor[orm.ManyToMany[*essay, *essayTopic]]("Topics")
)

func eachEssay(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[essay](), orm.Model[essayist](), orm.Model[essayTopic]())
		ann := essayist{Name: "Ann", Life: "long"}
		ok(t, orm.Create(t.Context(), db, &ann))
		topic := essayTopic{Name: "go"}
		ok(t, orm.Create(t.Context(), db, &topic))
		note := "n"
		for i := range 3 {
			e := essay{Title: fmt.Sprint("title ", i), Body: fmt.Sprint("body ", i), Note: &note, Author: orm.RefTo[essayist](ann.ID)}
			ok(t, orm.Create(t.Context(), db, &e))
			ok(t, essayTopics.Add(t.Context(), db, &e, &topic))
		}
		fn(t, db)
	})
}

// TestColumnsLeftOut reads rows without some columns in every way that there is.
func TestColumnsLeftOut(t *testing.T) {
	eachEssay(t, func(t *testing.T, db *database.DB) {
		q := orm.From[essay](db).OrderBy(essayTitle.Asc()).Without(essayBody, essayNote).With(essayAuthor, essayTopics)
		one := func(e essay, err error) ([]essay, error) { return []essay{e}, err }
		for name, read := range map[string]func(context.Context) ([]essay, error){
			"All":               q.All,
			"a limit":           q.Limit(2).All,
			"a limit, unsorted": orm.From[essay](db).Without(essayNote).Without(essayBody, essayBody).With(essayAuthor, essayTopics).Limit(2).All,
			"a limit, skipping": q.Limit(2).Offset(1).All,
			"First":             func(ctx context.Context) ([]essay, error) { return one(q.First(ctx)) },
			"Get":               func(ctx context.Context) ([]essay, error) { return one(q.Where(essayTitle.Eq("title 1")).Get(ctx)) },
			"Get by a column":   func(ctx context.Context) ([]essay, error) { return one(q.Where(essayBody.Eq("body 1")).Get(ctx)) },
			"Lookup": func(ctx context.Context) ([]essay, error) {
				e, _, err := q.Lookup(ctx)
				return one(e, err)
			},
			"Page": func(ctx context.Context) ([]essay, error) {
				page, err := q.Page(ctx, 1, 2)
				return page.Items, err
			},
			"Iter": func(ctx context.Context) (all []essay, err error) {
				for e, err := range q.Iter(ctx) {
					if err != nil {
						return nil, err
					}
					all = append(all, e)
				}
				return all, nil
			},
			"Chunks": func(ctx context.Context) (all []essay, err error) {
				for c, err := range orm.From[essay](db).Without(essayBody, essayNote).Chunks(ctx, 2) {
					if err != nil {
						return nil, err
					}
					rows, err := c.With(essayAuthor, essayTopics).All(ctx)
					if err != nil {
						return nil, err
					}
					all = append(all, rows...)
				}
				return all, nil
			},
		} {
			var s databasetest.Statements
			rows, err := read(s.Observe(t.Context()))
			if err != nil || len(rows) == 0 {
				t.Errorf("%s: %d rows, %v", name, len(rows), err)
				continue
			}
			for _, e := range rows {
				if !strings.HasPrefix(e.Title, "title ") || e.Body != "" || e.Note != nil || e.Changed.IsZero() {
					t.Errorf("%s: read %+v", name, e)
				}
				if a, err := e.Author.Get(); err != nil || a.Name != "Ann" {
					t.Errorf("%s: the author is %v, %v", name, a, err)
				}
				if topics, err := e.Topics.All(); err != nil || len(topics) != 1 {
					t.Errorf("%s: the topics are %v, %v", name, topics, err)
				}
				if err := orm.Save(t.Context(), db, &e); err == nil {
					t.Errorf("%s: the row was saved", name)
				}
			}
		}
		n, err := q.Count(t.Context())
		if err != nil || n != 3 {
			t.Errorf("counted %d, %v", n, err)
		}
	})
}

// TestWhatWasNotReadIsNotStored writes rows of which columns were left out.
func TestWhatWasNotReadIsNotStored(t *testing.T) {
	eachEssay(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		read := func() []essay {
			rows, err := orm.From[essay](db).OrderBy(essayID.Asc()).Without(essayBody, essayNote).All(ctx)
			ok(t, err)
			return rows
		}
		fresh := func() []essay {
			rows := read()
			for i := range rows {
				rows[i].ID, rows[i].Title = 0, rows[i].Title+" again"
			}
			return rows
		}
		upsert := func(rows []essay, c orm.Conflict[essay]) error {
			_, err := orm.Upsert(ctx, db, rows, c)
			return err
		}
		for name, write := range map[string]func() error{
			"Save":          func() error { rows := read(); return orm.Save(ctx, db, &rows[0]) },
			"Save of a new": func() error { rows := fresh(); return orm.Save(ctx, db, &rows[0]) },
			"Create":        func() error { rows := fresh(); return orm.Create(ctx, db, &rows[0]) },
			"CreateAll":     func() error { return orm.CreateAll(ctx, db, fresh()) },
			"Update": func() error {
				rows := read()
				rows[0].Body = "x"
				return orm.Update(ctx, db, &rows[0], essayTitle, essayBody)
			},
			"UpdateAll":        func() error { return orm.UpdateAll(ctx, db, read(), essayTitle, essayNote) },
			"Upsert":           func() error { return upsert(read(), orm.OnConflict[essay](essayTitle).Update(essayAuthor)) },
			"Upsert, fresh":    func() error { return upsert(fresh(), orm.OnConflict[essay](essayTitle).Update(essayBody)) },
			"Save of a copy":   func() error { rows := read(); e := rows[1]; e.Body, e.Note = "x", nil; return orm.Save(ctx, db, &e) },
			"Save, with force": func() error { rows := read(); return orm.Save(ctx, db, &rows[0], orm.ForceUpdate) },
		} {
			if err := write(); err == nil || !strings.Contains(err.Error(), "was not read") {
				t.Errorf("%s: %v", name, err)
			}
		}
		rows := read()
		rows[0].Title, rows[1].Title = "new", "newer"
		ok(t, orm.Update(ctx, db, &rows[0], essayTitle))
		ok(t, orm.UpdateAll(ctx, db, rows[1:2], essayTitle))
		ok(t, orm.Delete(ctx, db, &rows[2]))
		whole, err := orm.From[essay](db).OrderBy(essayID.Asc()).All(ctx)
		ok(t, err)
		var got []string
		for _, e := range whole {
			got = append(got, e.Title+" "+e.Body+" "+*e.Note)
		}
		if s := strings.Join(got, ", "); s != "new body 0 n, newer body 1 n" {
			t.Errorf("stored is %s", s)
		}
		whole[0].Body = "changed"
		ok(t, orm.Save(ctx, db, &whole[0])) // read whole
		out, err := json.Marshal(rows[0])
		if err != nil || strings.Contains(string(out), "Partial") {
			t.Errorf("JSON is %s, %v", out, err)
		}
	})
}

// TestWithoutRefuses lists what cannot be left out, and where nothing can.
func TestWithoutRefuses(t *testing.T) {
	eachEssay(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		q := orm.From[essay](db)
		all := func(q *orm.Query[essay]) error { _, err := q.All(ctx); return err }
		for want, read := range map[string]func() error{
			"the key of orm_test.essay is always read": func() error { return all(q.Without(essayID)) },
			`has no column for ""`:                     func() error { return all(q.Without(nil)) },
			"names what is read; leave out Without": func() error {
				_, err := orm.Select[string](q.Without(essayBody), essayTitle).All(ctx)
				return err
			},
			"With, Without and ForUpdate cannot be used here": func() error {
				_, err := q.Every().Without(essayBody).Delete(ctx)
				return err
			},
			"Author: was not read": func() error { return all(q.Without(essayAuthor).With(essayAuthor)) },
			"embed orm.Partial in orm_test.essayTopic": func() error {
				_, err := orm.From[essayTopic](db).Without(orm.Descriptor[orm.Text[*essayTopic, string]]("Name")).All(ctx)
				return err
			},
		} {
			if err := read(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	})
}

// papers has a join table that another program made.
type papers struct {
	ID     int64
	Topics orm.Many[essayTopic] `db:"table=papers_by_topic"`
}

// TestJoinTableHasTheNameOfItsTag stores pairs in it.
func TestJoinTableHasTheNameOfItsTag(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[papers](), orm.Model[essayTopic]())
		ctx := t.Context()
		p, topic := papers{}, essayTopic{Name: "go"}
		ok(t, orm.Create(ctx, db, &p))
		ok(t, orm.Create(ctx, db, &topic))
		topics := orm.Descriptor[orm.ManyToMany[*papers, *essayTopic]]("Topics")
		ok(t, topics.Add(ctx, db, &p, &topic))
		var n int
		ok(t, database.QueryRow(ctx, db, []any{&n}, "SELECT count(*) FROM papers_by_topic WHERE papers_id = "+fmt.Sprint(p.ID)))
		loaded, err := orm.From[papers](db).With(topics).First(ctx)
		if err != nil || n != 1 || len(loaded.Topics.Rows()) != 1 {
			t.Errorf("%d pairs, loaded %+v, %v", n, loaded, err)
		}
	})
}

// TestColumnsLeftOutOfRelatedRows loads them by a JOIN, by the keys of several
// rows, and from the other side.
func TestColumnsLeftOutOfRelatedRows(t *testing.T) {
	eachEssay(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for limit, statements := range map[int]int{2: 1, 1000: 2} {
			q := orm.From[essay](db).OrderBy(essayID.Asc()).Limit(limit)
			for _, without := range []bool{true, false, true} {
				with, want := orm.Prefetch[essay](essayAuthor), "long"
				if without {
					with, want = orm.Without(essayAuthor, essayistLife), ""
				}
				var s databasetest.Statements
				rows, err := q.With(with).All(s.Observe(ctx))
				ok(t, err)
				for _, e := range rows {
					a, err := e.Author.Get()
					if err != nil || a.Name != "Ann" || a.Life != want {
						t.Errorf("limit %d: the author is %+v, %v", limit, a, err)
						continue
					}
					if err := orm.Save(ctx, db, a); (err != nil) != without {
						t.Errorf("limit %d, without %v: saving the author: %v", limit, without, err)
					}
				}
				s.Want(t, statements)
			}
		}
		for name, with := range map[string]orm.Prefetch[essayist]{
			"all":     orm.Without(essayistEssays, essayBody),
			"limited": orm.Without(essayistEssays, essayBody).OrderBy(essayTitle.Desc()).Limit(2).Where(essayBody.Ne("")),
		} {
			ann, err := orm.From[essayist](db).With(with).Get(ctx)
			ok(t, err)
			if len(ann.Essays.Rows()) < 2 {
				t.Errorf("%s: %d essays", name, len(ann.Essays.Rows()))
			}
			for _, e := range ann.Essays.Rows() {
				if e.Body != "" || *e.Note != "n" || e.Title == "" || orm.Save(ctx, db, &e) == nil {
					t.Errorf("%s: loaded %+v", name, e)
				}
			}
		}
		_, err := orm.From[essay](db).With(orm.Without(essayTopics, orm.Descriptor[orm.Text[*essayTopic, string]]("Name"))).All(ctx)
		if err == nil || !strings.Contains(err.Error(), "embed orm.Partial") {
			t.Errorf("a relation without columns that cannot be left out: %v", err)
		}
	})
}
