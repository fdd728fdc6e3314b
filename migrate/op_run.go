package migrate

import "errors"

// RunSQL runs statements of one's own. The tables that it makes or changes are
// not known to the models; to change those that are, use the other operations.
type RunSQL struct {
	// Up are the statements, one each.
	Up []SQL
	// Down undo them. A migration whose SQL needs no undoing has a Down that
	// is empty but not nil.
	Down []SQL
	// Irreversible says that there is no way back; there must be no Down then.
	Irreversible bool
	Safe         string
}

// String says what is done.
func (o RunSQL) String() string { return "run SQL" }

func (o RunSQL) change(*state) (step, error) {
	switch {
	case len(o.Up) == 0:
		return step{}, errors.New("RunSQL has no Up")
	case o.Down == nil && !o.Irreversible:
		return step{}, errors.New("RunSQL has no Down: write how it is undone, []migrate.SQL{} if nothing needs undoing, or Irreversible: true")
	case o.Down != nil && o.Irreversible:
		return step{}, errors.New("RunSQL is Irreversible but has a Down")
	}
	return step{kind: runSQL, sql: o.Up, sqlBack: o.Down, irreversible: o.Irreversible}, nil
}

// RunGo runs Go code, in the migration's transaction.
type RunGo struct {
	// Name says what it does, in lists and plans: "fill in slugs".
	Name string
	Up   Func
	// Down undoes Up; [Nothing] where nothing needs undoing.
	Down Func
	// Irreversible says that there is no way back; there must be no Down then.
	Irreversible bool
	// Once says that a database which is made from nothing does not need it,
	// so that it may be left out when migrations are squashed.
	Once bool
	Safe string
}

// String says what is done.
func (o RunGo) String() string {
	if o.Name == "" {
		return "run Go code"
	}
	return o.Name
}

func (o RunGo) change(*state) (step, error) {
	switch {
	case o.Up == nil:
		return step{}, errors.New("RunGo has no Up")
	case o.Down == nil && !o.Irreversible:
		return step{}, errors.New("RunGo has no Down: write how it is undone, migrate.Nothing if nothing needs undoing, or Irreversible: true")
	case o.Down != nil && o.Irreversible:
		return step{}, errors.New("RunGo is Irreversible but has a Down")
	}
	return step{kind: runGo, run: o.Up, runBack: o.Down, irreversible: o.Irreversible, name: o.String()}, nil
}
