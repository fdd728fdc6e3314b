package files

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
	"github.com/volaweb/vola/storage"
)

// DefaultOlder is how old a file is at least that is taken for an orphan: a form that it was
// sent with may still be open.
const DefaultOlder = 24 * time.Hour

// batch is how many names are looked for at a time.
const batch = 500

// OrphanOptions change what [Files.Orphans] does. The zero value only finds.
type OrphanOptions struct {
	// Delete removes the files that are found.
	Delete bool
	// Older is how old they are at least. Defaults to [DefaultOlder].
	Older time.Duration
	// Found is called for each file, after it was deleted if it is to be.
	Found func(storage.Info)
}

// Orphans finds the stored files that no row refers to, and versions of pictures whose original
// is not there or is such a file.
//
// A row refers to the files in its fields of type storage.Name, or a pointer to it, also a row
// with soft delete that is deleted. Where a model keeps names of files in another way, inside
// JSON, and [Config] has no Kept, that is an error. So is Delete without Kept if a model has JSON
// of any content, such as a json.RawMessage, where names cannot be told, and if no model has a
// field of type storage.Name: all files would be deleted. The error of a statement or of the
// storage ends the search.
//
// A file is not an orphan if a row begins to refer to it later: what gives an old file, found
// in another way than through a row, to a new row must not run at the same time as Delete.
func (f *Files) Orphans(ctx context.Context, opts OrphanOptions) error {
	if opts.Older <= 0 {
		opts.Older = DefaultOlder
	}
	columns, unknown, err := nameColumns(f.DB)
	if f.cfg.Kept == nil && err == nil && opts.Delete && len(unknown) > 0 {
		err = fmt.Errorf("files: %s: JSON of any content, which may have names of files; give files.Config a function Kept, which returns none if it has none; nothing is deleted", strings.Join(unknown, ", "))
	}
	if err != nil && f.cfg.Kept == nil {
		return err
	}
	if len(columns) == 0 && f.cfg.Kept == nil && opts.Delete {
		return errors.New("files: no model has a field of type storage.Name, so every file would be an orphan; nothing is deleted")
	}
	s := search{f: f, opts: opts, columns: columns, before: f.Now().Add(-opts.Older)}
	// Originals go first, so that their versions are orphans too.
	for _, versions := range []bool{false, true} {
		prefix := ""
		if versions {
			prefix = sizes
		}
		for info, err := range f.Storage.List(ctx, prefix) {
			if err != nil {
				return err
			}
			if strings.HasPrefix(string(info.Name), sizes) != versions || !info.Created.Before(s.before) {
				continue
			}
			if s.next = append(s.next, info); len(s.next) == batch {
				if err := s.flush(ctx, versions); err != nil {
					return err
				}
			}
		}
		if err := s.flush(ctx, versions); err != nil {
			return err
		}
	}
	return nil
}

// search is one call of Orphans.
type search struct {
	f       *Files
	opts    OrphanOptions
	columns []column
	before  time.Time
	next    []storage.Info // whose references were not looked for
}

// column is one that has names of files.
type column struct{ table, name string }

// nameColumns returns the columns of type storage.Name of all models. The error names fields
// that have such names inside another value; unknown are fields that may have some.
func nameColumns(db *database.DB) (out []column, unknown []string, err error) {
	models, err := orm.ModelsOf(db)
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	for _, m := range models.List() {
		fields, err := models.Fields(m.Type)
		if err != nil {
			return nil, nil, err
		}
		for _, field := range fields {
			switch {
			case field.Type == reflect.TypeFor[storage.Name]():
				out = append(out, column{m.Table, field.Column})
			case hasNames(field.Type, map[reflect.Type]bool{}):
				errs = append(errs, fmt.Errorf("files: %v.%s has names of files inside another value, where they cannot be looked for; give files.Config a function Kept", m.Type, field.Name))
			case field.Kind == schema.JSON && hasAny(field.Type, map[reflect.Type]bool{}):
				unknown = append(unknown, fmt.Sprintf("%v.%s", m.Type, field.Name))
			}
		}
	}
	return out, unknown, errors.Join(errs...)
}

// hasAny reports whether a type of JSON leaves open what is in it.
func hasAny(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if t == reflect.TypeFor[json.RawMessage]() || t == reflect.TypeFor[forms.Record]() || t.Kind() == reflect.Interface {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return hasAny(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && hasAny(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// hasNames reports whether values of a type can have names of files in them.
func hasNames(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == nil || seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.String:
		return t == reflect.TypeFor[storage.Name]()
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return hasNames(t.Elem(), seen)
	case reflect.Map:
		return hasNames(t.Key(), seen) || hasNames(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if hasNames(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// flush finds the orphans among the next files.
func (s *search) flush(ctx context.Context, versions bool) error {
	if len(s.next) == 0 {
		return nil
	}
	originals := make([]storage.Name, len(s.next))
	for i, info := range s.next {
		originals[i] = info.Name
		if versions {
			originals[i] = storage.Name(path.Dir(strings.TrimPrefix(string(info.Name), sizes)))
		}
	}
	used, err := s.used(ctx, originals)
	if err != nil {
		return err
	}
	var names []storage.Name
	orphan := make([]bool, len(s.next))
	for i, info := range s.next {
		orphan[i] = !used[originals[i]]
		if versions {
			if orphan[i], err = s.goneOrOld(ctx, originals[i], orphan[i]); err != nil {
				return err
			}
		}
		if orphan[i] {
			names = append(names, info.Name)
		}
	}
	if s.opts.Delete {
		if err := s.f.Storage.Delete(ctx, names...); err != nil {
			return err
		}
	}
	for i, info := range s.next {
		if orphan[i] && s.opts.Found != nil {
			s.opts.Found(info)
		}
	}
	s.next = s.next[:0]
	return nil
}

// goneOrOld reports whether the versions of a file are orphans: it is not there, or is one.
func (s *search) goneOrOld(ctx context.Context, original storage.Name, unused bool) (bool, error) {
	file, err := s.f.Storage.Open(ctx, original)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return true, nil
	} else if err != nil {
		return false, err
	}
	created := file.Info().Created
	return unused && created.Before(s.before), file.Close()
}

// used returns which of some files rows refer to.
func (s *search) used(ctx context.Context, names []storage.Name) (map[storage.Name]bool, error) {
	used := map[storage.Name]bool{}
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = string(name)
	}
	marks := strings.Repeat("?, ", len(args)-1) + "?"
	for _, c := range s.columns {
		quoted := database.Quote(c.name)
		found, err := orm.FromSQL[string](s.f.DB, "SELECT DISTINCT "+quoted+" FROM "+database.Quote(c.table)+" WHERE "+quoted+" IN ("+marks+")", args...).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("files: look for references in %s.%s: %w", c.table, c.name, err)
		}
		for _, name := range found {
			used[storage.Name(name)] = true
		}
	}
	if s.f.cfg.Kept != nil {
		kept, err := s.f.cfg.Kept(ctx, names)
		if err != nil {
			return nil, fmt.Errorf("files: ask which names are kept: %w", err)
		}
		for _, name := range kept {
			used[name] = true
		}
	}
	return used, nil
}

// Commands has "files orphans [--delete] [--older 24h]".
func (f *Files) Commands() []module.Command {
	var opts OrphanOptions
	return []module.Command{{
		Name: "orphans", Help: "list the stored files that no row refers to",
		Flags: func(flags *flag.FlagSet) {
			flags.BoolVar(&opts.Delete, "delete", false, "delete them")
			flags.DurationVar(&opts.Older, "older", DefaultOlder, "only files that were stored this `duration` ago or earlier")
		},
		Run: func(ctx context.Context, env module.Env, _ []string) error {
			if opts.Older < time.Minute {
				return module.Usagef("--older %v is less than a minute; a form with a new file may be open", opts.Older)
			}
			n, size := 0, int64(0)
			var failed error
			opts.Found = func(info storage.Info) {
				n, size = n+1, size+info.Size
				_, err := fmt.Fprintf(env.Stdout, "%s\t%d\t%s\n", info.Name, info.Size, info.Created.UTC().Format(time.RFC3339))
				failed = errors.Join(failed, err)
			}
			err := f.Orphans(ctx, opts)
			if err == nil {
				what := "found"
				if opts.Delete {
					what = "deleted"
				}
				_, err = fmt.Fprintf(env.Stdout, "%s %d files, %d bytes\n", what, n, size)
			}
			return errors.Join(err, failed)
		},
	}}
}
