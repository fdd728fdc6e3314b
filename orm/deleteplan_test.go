package orm_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestPlanDelete(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		_, it, ann := seed(t, db)
		for _, err := range []error{
			orm.CreateAll(ctx, db, []Leave{{Employee: orm.Ref[Employee]{ID: ann.ID}}, {Employee: orm.Ref[Employee]{ID: ann.ID}}}),
			orm.Create(ctx, db, &History{Employee: orm.Ref[Employee]{ID: ann.ID}}),
			orm.Update(ctx, db, &Department{ID: it.ID, Head: &orm.Ref[Employee]{ID: ann.ID}}, Departments.Head),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		var s databasetest.Statements
		plan, err := orm.PlanDelete(s.Observe(ctx), orm.From[Employee](db).Where(Employees.Name.Eq("Ann")))
		if err != nil {
			t.Fatal(err)
		}
		s.Want(t, 1)
		want := strings.TrimPrefix(`
delete 1 hr.Employee
  set head_id to NULL in 1 hr.Department
  set manager_id to NULL in 2 hr.Employee
  remove 2 pairs of hr_employee_skills (employee_id)
  delete 1 hr.History (employee_id)
  delete 2 hr.Leave (employee_id)
`, "\n")
		if diff := cmp.Diff(want, plan.String()); diff != "" || plan.Refused() || plan.Deleted() != 6 {
			t.Errorf("%s%v, %d rows", diff, plan.Refused(), plan.Deleted())
		}
		plan, err = orm.PlanDelete(ctx, orm.From[Department](db).Every())
		if err != nil {
			t.Fatal(err)
		}
		want = strings.TrimPrefix(`
delete 2 hr.Department
  refused by 4 hr.Employee (department_id): key 1, 2, 3, 4
`, "\n")
		if diff := cmp.Diff(want, plan.String()); diff != "" || !plan.Refused() {
			t.Error(diff, plan.Refused())
		}
		if n, err := orm.From[Employee](db).Count(ctx); n != 4 || err != nil {
			t.Errorf("%d employees are left, %v", n, err)
		}
		if _, err := orm.PlanDelete(ctx, orm.From[Skill](db)); err == nil || !strings.Contains(err.Error(), "Every") {
			t.Errorf("without a condition: %v", err)
		}
	})
}

// The models of the random test refer to each other in all ways: by two paths,
// in a circle, to themselves; with keys of other types and of several fields.
type (
	trunk struct {
		ID   int64
		Twin *orm.Ref[trunk]              `db:"on_delete=set_null"`
		Back *orm.RefKey[leaf, uuid.UUID] `db:"on_delete=cascade"` // a circle
		Tags orm.Many[tagged]
	}
	branch struct {
		Code  string                      `db:"size=20,primary_key"`
		Trunk *orm.Ref[trunk]             `db:"on_delete=cascade"`
		Up    *orm.RefKey[branch, string] `db:"on_delete=cascade"`
	}
	leaf struct {
		ID     uuid.UUID
		Branch *orm.RefKey[branch, string] `db:"on_delete=cascade"`
		Trunk  *orm.Ref[trunk]             `db:"on_delete=cascade"`
		Spare  *orm.Ref[trunk]             `db:"on_delete=set_null"`
	}
	guard struct {
		ID   int64
		Leaf *orm.RefKey[leaf, uuid.UUID] `db:"on_delete=protect"`
		Own  *orm.Ref[trunk]              `db:"on_delete=cascade"`
		Nest *orm.Ref[trunk]              `db:"on_delete=no_action"`
	}
	note struct {
		Number int64                       `db:"primary_key"`
		Leaf   orm.RefKey[leaf, uuid.UUID] `db:"primary_key,on_delete=cascade"`
		Other  *orm.RefKey[branch, string] `db:"on_delete=cascade"`
		Tag    *orm.Ref[tagged]            `db:"on_delete=set_null"`
	}
	tagged struct {
		ID    int64
		Leads *orm.RefKey[branch, string] `db:"on_delete=cascade"`
	}
)

// grove is the tables of these models, and what makes a random row of each.
var grove = [...]string{"t_trunk", "t_branch", "t_leaf", "t_guard", "t_note", "t_tagged", "t_trunk_tags"}

// TestPlanDeletePredicts fills tables with random rows, deletes some, and
// compares what happened with what the plan said.
func TestPlanDeletePredicts(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[trunk](), orm.Model[branch](), orm.Model[leaf](), orm.Model[guard](), orm.Model[note](), orm.Model[tagged]())
		refused, passed := 0, 0
		for seed := range uint64(60) {
			r := rand.New(rand.NewPCG(seed, 1))
			err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				if err := plant(ctx, tx, r, seed%3 == 0); err != nil {
					return err
				}
				ok := false
				var err error
				switch n := int64(1 + r.IntN(4)); r.IntN(4) {
				case 0:
					ok, err = predict(ctx, t, tx, func(h database.Handle) *orm.Query[trunk] {
						return orm.From[trunk](h).Where(orm.Descriptor[orm.Number[*trunk, int64]]("ID").Le(n))
					})
				case 1:
					ok, err = predict(ctx, t, tx, func(h database.Handle) *orm.Query[branch] {
						return orm.From[branch](h).Where(orm.Descriptor[orm.Text[*branch, string]]("Code").Le(fmt.Sprint("b", n)))
					})
				case 2:
					ok, err = predict(ctx, t, tx, func(h database.Handle) *orm.Query[leaf] {
						return orm.From[leaf](h).Where(orm.Descriptor[orm.NullForeignKey[*leaf, *branch, string]]("Branch").IsNotNull())
					})
				case 3:
					ok, err = predict(ctx, t, tx, func(h database.Handle) *orm.Query[tagged] { return orm.From[tagged](h).Every() })
				}
				if ok {
					passed++
				} else {
					refused++
				}
				if err != nil || t.Failed() {
					return fmt.Errorf("seed %d: %w", seed, errors.Join(err, errUndo))
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) || t.Failed() {
				t.Fatal(err)
			}
		}
		if refused < 5 || passed < 20 {
			t.Errorf("%d deletes were refused, %d passed; the test is not worth much", refused, passed)
		}
	})
}

var errUndo = errors.New("undo")

// plant makes random rows.
func plant(ctx context.Context, tx *database.Tx, r *rand.Rand, guarded bool) error {
	const n = 8
	some := func() bool { return r.IntN(3) == 0 }
	trunks, branches, leaves, tags := make([]trunk, n), make([]branch, n), make([]leaf, n), make([]tagged, n)
	aTrunk := func() *orm.Ref[trunk] {
		if !some() {
			return nil
		}
		return &orm.Ref[trunk]{ID: int64(1 + r.IntN(n))}
	}
	aBranch := func(i int) *orm.RefKey[branch, string] {
		if i == 0 || !some() {
			return nil
		}
		return &orm.RefKey[branch, string]{ID: fmt.Sprint("b", r.IntN(i))}
	}
	for i := range n {
		trunks[i].ID = int64(1 + i)
		branches[i] = branch{Code: fmt.Sprint("b", i), Trunk: aTrunk(), Up: aBranch(i)}
		leaves[i] = leaf{ID: uuid.UUID{byte(1 + i)}, Branch: aBranch(n), Trunk: aTrunk(), Spare: aTrunk()}
		tags[i] = tagged{ID: int64(1 + i), Leads: aBranch(n)}
	}
	aLeaf := func() *orm.RefKey[leaf, uuid.UUID] {
		return &orm.RefKey[leaf, uuid.UUID]{ID: uuid.UUID{byte(1 + r.IntN(n))}}
	}
	var notes []note
	for i := range 2 * n {
		notes = append(notes, note{Number: int64(i), Leaf: *aLeaf(), Other: aBranch(n), Tag: &orm.Ref[tagged]{ID: int64(1 + r.IntN(n))}})
	}
	err := errors.Join(orm.CreateAll(ctx, tx, trunks), orm.CreateAll(ctx, tx, branches), orm.CreateAll(ctx, tx, leaves), orm.CreateAll(ctx, tx, tags), orm.CreateAll(ctx, tx, notes))
	if err != nil {
		return err
	}
	for i := range trunks {
		trunks[i].Twin = aTrunk()
		if some() {
			trunks[i].Back = aLeaf()
		}
	}
	pairs := orm.Descriptor[orm.ManyToMany[*trunk, *tagged]]("Tags")
	for range n {
		err = errors.Join(err, pairs.Add(ctx, tx, &trunks[r.IntN(n)], &tags[r.IntN(n)]))
	}
	if guarded {
		for range 2 {
			err = errors.Join(err, orm.Create(ctx, tx, &guard{Leaf: aLeaf(), Own: aTrunk(), Nest: aTrunk()}))
		}
	}
	return errors.Join(err, orm.UpdateAll(ctx, tx, trunks, orm.Descriptor[orm.NullForeignKey[*trunk, *trunk, int64]]("Twin"), orm.Descriptor[orm.NullForeignKey[*trunk, *leaf, uuid.UUID]]("Back")))
}

// census counts the rows of each table.
func census(ctx context.Context, tx *database.Tx) (map[string]int64, error) {
	out := map[string]int64{}
	var err error
	for _, table := range grove {
		var n int64
		err = errors.Join(err, database.QueryRow(ctx, tx, []any{&n}, "SELECT count(*) FROM "+table))
		out[table] = n
	}
	return out, err
}

// links returns the rows, by their keys, whose reference is NULL or is not.
func links(ctx context.Context, tx *database.Tx, null string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, ref := range [...]struct{ name, key string }{{"t_trunk.twin_id", "id"}, {"t_leaf.spare_id", "id"}, {"t_note.tag_id", "number"}} {
		table, column, _ := strings.Cut(ref.name, ".")
		rows, err := tx.Query(ctx, "SELECT CAST("+ref.key+" AS text) FROM "+table+" WHERE "+column+" IS "+null)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var key string
			if err := rows.Scan(&key); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			out[ref.name+" "+key] = true
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// predict compares a plan with what happens; ok says that the delete passed.
func predict[T any](ctx context.Context, t *testing.T, tx *database.Tx, query func(database.Handle) *orm.Query[T]) (ok bool, err error) {
	before, err := census(ctx, tx)
	linked, err2 := links(ctx, tx, "NOT NULL")
	plan, err3 := orm.PlanDelete(ctx, query(tx))
	if err := errors.Join(err, err2, err3); err != nil {
		return false, err
	}
	err = tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := query(tx).Delete(ctx)
		return err
	})
	may := strings.Contains(plan.String(), "perhaps")
	switch {
	case errors.Is(err, database.ErrForeignKey):
		if !plan.Refused() && !may {
			t.Errorf("was refused, %v\n%s", err, plan)
		}
		return false, nil
	case err != nil:
		return false, err
	case plan.Refused():
		t.Errorf("was not refused\n%s", plan)
	}
	after, err := census(ctx, tx)
	free, err2 := links(ctx, tx, "NULL")
	if err := errors.Join(err, err2); err != nil {
		return true, err
	}
	deleted, unset := map[string]int64{plan.Table: plan.Rows}, map[string]int64{}
	for _, e := range plan.Effects {
		switch e.Kind {
		case orm.WouldDelete, orm.WouldUnlink:
			deleted[e.Table] += e.Rows
		case orm.WouldSetNull:
			unset[e.Table+"."+e.Column] += e.Rows
		}
	}
	for _, table := range grove {
		if got := before[table] - after[table]; got != deleted[table] {
			t.Errorf("%d rows of %s were deleted\n%s", got, table, plan)
		}
	}
	got := map[string]int64{}
	for row := range free {
		if linked[row] {
			ref, _, _ := strings.Cut(row, " ")
			got[ref]++
		}
	}
	if diff := cmp.Diff(unset, got); diff != "" {
		t.Errorf("set to NULL: %s\n%s", diff, plan)
	}
	return true, nil
}
