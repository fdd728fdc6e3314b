package migrate

import "slices"

func (d *detector) detect() {
	d.spareNames(func(table string) string { return d.origins.now[table] })
	d.renameTables()
	d.spareNames(func(table string) string { return table }) // of tables that were not at hand
	for _, module := range d.modules {
		d.users[module] = d.referringModules(module)
	}
	for _, module := range d.modules {
		d.module(module)
	}
	for _, op := range d.later {
		d.do(d.state.owner[op.Table], op)
	}
}

// module finds the operations for one module, after those for the modules
// whose new tables it refers to.
func (d *detector) module(module string) {
	if slices.Contains(d.open, module) || slices.Contains(d.done, module) {
		return
	}
	d.open = append(d.open, module)
	for _, t := range d.want[module].Tables {
		for _, f := range t.ForeignKeys {
			if other := d.wanting(f.RefTable); other != "" && other != module && !d.exists(f.RefTable) {
				d.module(other)
			}
		}
	}
	// What refers to a table that goes must go before.
	for _, other := range d.users[module] {
		d.module(other)
		if slices.Contains(d.open, other) {
			d.loosen(other, module)
		}
	}
	d.tables(module)
	if m := d.made[module]; m != nil {
		for _, other := range d.users[module] {
			if o := d.last[other]; o != nil && !o.reaches(m) {
				m.needNewest(&d.making, other)
			}
		}
	}
	d.finish(module)
	d.open = slices.DeleteFunc(d.open, func(name string) bool { return name == module })
	d.done = append(d.done, module)
}

// loosen drops what of a module that waits for another one refers to tables
// that the other one does not want any more: each must go before the other. It
// takes a migration of its own, which comes before those of both.
func (d *detector) loosen(module, other string) {
	if m := d.loosened[module]; m != nil && m == d.last[module] {
		d.made[module] = m
	}
	for _, t := range d.state.schema(func(owner string) bool { return owner == module }).Tables {
		for _, f := range t.ForeignKeys {
			if !d.goes(other, f.RefTable) || !d.exists(t.Name) {
				continue
			}
			if d.goes(module, t.Name) && len(d.state.referring(t.Name)) == 0 {
				d.do(module, DropTable{Table: t.Name})
			} else {
				d.do(module, DropForeignKey{Table: t.Name, ForeignKey: f.Name})
			}
		}
	}
	d.loosened[module] = d.made[module]
	d.finish(module)
}

// referringModules returns the other modules whose tables refer to tables that
// the module does not want any more.
func (d *detector) referringModules(module string) []string {
	var out []string
	for name, t := range d.state.tables {
		other := d.state.owner[name]
		for _, f := range t.ForeignKeys {
			if other != module && d.goes(module, f.RefTable) && slices.Contains(d.modules, other) && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	slices.Sort(out)
	return out
}

// goes reports whether the table is one of the module's that it does not want
// any more. Those that have another name now have it already.
func (d *detector) goes(module, table string) bool {
	_, wanted := d.want[module].Table(table)
	return !wanted && d.state.owner[table] == module
}

// wanting returns the module that wants the table.
func (d *detector) wanting(table string) string {
	for _, module := range d.modules {
		if _, ok := d.want[module].Table(table); ok {
			return module
		}
	}
	return ""
}
