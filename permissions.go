package vola

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// permissions returns what users of the site can be allowed to do.
func (s *Site) permissions() ([]module.Permission, error) {
	var all []module.Permission
	var errs []error
	if s.models != nil {
		for _, m := range s.models.List() {
			if isInternal(m) {
				continue
			}
			model := strings.TrimPrefix(m.Table, m.Module+"_")
			for _, verb := range []string{"view", "add", "change", "delete"} {
				all = append(all, module.Permission{Name: m.Module + "." + verb + "_" + model, Help: verb + " " + strings.ReplaceAll(model, "_", " ")})
			}
		}
	}
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasPermissions](m)
		if !ok {
			continue
		}
		for _, p := range has.Permissions() {
			if p.Name == "" || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
				errs = append(errs, fmt.Errorf("module %s: the permission %q has other characters than lower-case letters, digits and underscores", m.Name(), p.Name))
			}
			p.Name = m.Name() + "." + p.Name
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b module.Permission) int { return cmp.Compare(a.Name, b.Name) })
	for i := range all {
		if i > 0 && all[i].Name == all[i-1].Name {
			errs = append(errs, fmt.Errorf("the permission %q is declared twice", all[i].Name))
		}
		if len(all[i].Name) > 150 {
			errs = append(errs, fmt.Errorf("the permission %q has more than 150 characters", all[i].Name))
		}
	}
	return all, errors.Join(errs...)
}

// isInternal reports whether a model is the program's own, and nobody's to see or change: it
// says so, or its table is one of Vola's.
func isInternal(m orm.ModelInfo) bool {
	return reflect.PointerTo(m.Type).Implements(reflect.TypeFor[module.Internal]()) || strings.HasPrefix(m.Table, "vola_")
}
