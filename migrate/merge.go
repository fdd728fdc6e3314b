package migrate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merge returns a migration for each module that has several which stand side
// by side: one without operations that depends on all of them. The error names
// what two of them both change; then a person must decide, and write one of
// them again after the other.
func Merge(groups ...Group) ([]Change, error) {
	g, err := newGraph(groups, true)
	if err != nil {
		return nil, err
	}
	var made []*Migration
	var errs []error
	for _, group := range g.groups {
		leaves := g.leaves(group.Module)
		if len(leaves) < 2 {
			continue
		}
		errs = append(errs, g.conflicts(group.Module, leaves)...)
		m := &Migration{Module: group.Module, Compatible: true}
		for _, name := range leaves {
			m.Depends = append(m.Depends, Ref{group.Module, name})
		}
		made = append(made, m)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	g.nameAll(made, "merge")
	return write(g, made)
}

// conflicts returns what two branches both change.
func (g *Graph) conflicts(module string, leaves []string) []error {
	touched := make([][]string, len(leaves))
	for i, leaf := range leaves {
		var others []*Migration
		for _, other := range leaves {
			if other != leaf {
				others = append(others, g.byRef[Ref{module, other}])
			}
		}
		shared := g.below(others)
		for _, m := range g.below([]*Migration{g.byRef[Ref{module, leaf}]}) {
			if !slices.Contains(shared, m) {
				for _, op := range m.Operations {
					touched[i] = append(touched[i], touches(op)...)
				}
			}
		}
	}
	var errs []error
	for i := range leaves {
		for j := range leaves[:i] {
			for _, a := range touched[i] {
				k := slices.IndexFunc(touched[j], func(b string) bool { return collide(a, b) })
				if k >= 0 {
					errs = append(errs, fmt.Errorf("migrations %s and %s of module %s both change %s; undo one of them and make it again after the other",
						leaves[j], leaves[i], module, strings.TrimSuffix(a, ".*")))
					break
				}
			}
		}
	}
	return errs
}

// collide reports whether two names of touches are of the same thing, or one
// is of all of a table.
func collide(a, b string) bool {
	tableA, _, _ := strings.Cut(a, ".")
	tableB, _, _ := strings.Cut(b, ".")
	return a == b || tableA == tableB && (strings.HasSuffix(a, ".*") || strings.HasSuffix(b, ".*"))
}

// touches returns the names of what an operation changes: "table.column",
// "table.constraint", "table.*" for all of a table. Own SQL and Go code are
// taken to touch nothing of this.
func touches(op Operation) []string {
	switch o := op.(type) {
	case CreateTable:
		return []string{o.Table.Name + ".*"}
	case DropTable:
		return []string{o.Table + ".*"}
	case RenameTable:
		return []string{o.Table + ".*", o.To + ".*"}
	case RenameConstraint:
		return []string{o.Table + "." + o.Name, o.Table + "." + o.To}
	case AddColumn:
		return []string{o.Table + "." + o.Column.Name}
	case DropColumn:
		return []string{o.Table + "." + o.Column}
	case RenameColumn:
		return []string{o.Table + "." + o.Column, o.Table + "." + o.To}
	case AlterColumn:
		return []string{o.Table + "." + o.Column.Name}
	case AddIndex:
		return []string{o.Table + "." + o.Index.Name}
	case DropIndex:
		return []string{o.Table + "." + o.Index}
	case AddUnique:
		return []string{o.Table + "." + o.Unique.Name}
	case DropUnique:
		return []string{o.Table + "." + o.Unique}
	case AddCheck:
		return []string{o.Table + "." + o.Check.Name}
	case DropCheck:
		return []string{o.Table + "." + o.Check}
	case AddForeignKey:
		return []string{o.Table + "." + o.ForeignKey.Name}
	case DropForeignKey:
		return []string{o.Table + "." + o.ForeignKey}
	case AlterPrimaryKey:
		return []string{o.Table + ".primary key"}
	}
	return nil
}
