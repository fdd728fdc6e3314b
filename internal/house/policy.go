package house

import (
	"fmt"
	"slices"
	"strings"
)

// Policy says which package of a module may import which. It is made by
// [ParsePolicy] and not changed afterwards.
type Policy struct {
	root    string
	below   map[string][]string // for a name, the names directly below it
	order   []string            // every package name and pattern, as first mentioned
	refused []refusal
	foreign []foreignRule
}

// A refusal forbids what the order would allow, or what it does not speak of.
type refusal struct {
	imported, importer string
	through            bool // also by way of other packages of the module
}

// A foreignRule allows the files of some packages to import other modules.
type foreignRule struct {
	importer string
	prefixes []string
}

// TestFiles is the name that stands, in a policy's list of other modules, for
// the test files of every package.
const TestFiles = "TEST"

// ParsePolicy reads a policy: rules that end in a semicolon, with comments from
// # to the end of the line. Packages are written relative to the module; root
// is the name for the package in its root directory.
//
//	a < b       b may import a, and all that a may import
//	a, b < c    c may import both; a and b learn nothing of each other
//	a < b < c   the same as a < b; b < c
//	a !< b      b itself must not import a
//	a !<< b     b must not import a, not even by way of another package of the module
//	b: m/x n    b, and not those above it, may import these other modules
//
// A name in capitals stands for no package and only joins rules; NONE is the
// bottom. "a/..." is a and everything beneath it, which may import one another;
// a longer name takes a package out of that pattern. In refusals, a may be a
// package of the standard library, and a name in capitals for b stands for the
// names directly below it; in the last form, b may be [TestFiles].
func ParsePolicy(root, text string) (*Policy, error) {
	p := &Policy{root: root, below: make(map[string][]string)}
	var clean strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		clean.WriteString(line + " ")
	}
	for rule := range strings.SplitSeq(clean.String(), ";") {
		rule = strings.Join(strings.Fields(rule), " ")
		if rule == "" {
			continue
		}
		if err := p.parseRule(rule); err != nil {
			return nil, fmt.Errorf("house: policy: %q: %w", rule, err)
		}
	}
	for _, name := range p.order {
		if slices.Contains(p.allBelow(name), name) {
			return nil, fmt.Errorf("house: policy: %s is below itself", name)
		}
	}
	return p, nil
}

func (p *Policy) parseRule(rule string) error {
	if importer, modules, ok := strings.Cut(rule, ":"); ok {
		if len(strings.Fields(importer)) != 1 || strings.TrimSpace(modules) == "" {
			return fmt.Errorf("want one package, a colon and modules")
		}
		p.foreign = append(p.foreign, foreignRule{strings.TrimSpace(importer), strings.Fields(modules)})
		return nil
	}
	for _, op := range []string{"!<<", "!<"} {
		if left, right, ok := strings.Cut(rule, op); ok {
			return p.parseRefusal(left, right, op == "!<<")
		}
	}
	chain := strings.Split(rule, "<")
	if len(chain) < 2 {
		return fmt.Errorf("want a < b")
	}
	var lower []string
	for i, part := range chain {
		names, err := parseNames(part)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !slices.Contains(p.order, name) {
				p.order = append(p.order, name)
				if i == 0 && name != "NONE" {
					return fmt.Errorf("%s is used before a rule has placed it", name)
				}
			}
			p.below[name] = append(p.below[name], lower...)
		}
		lower = names
	}
	return nil
}

func (p *Policy) parseRefusal(left, right string, through bool) error {
	imported, err := parseNames(left)
	if err != nil {
		return err
	}
	importers, err := parseNames(right)
	if err != nil {
		return err
	}
	for _, importer := range importers {
		packages := []string{importer}
		if !isPackage(importer) {
			packages = p.below[importer]
		}
		for _, name := range packages {
			if !slices.Contains(p.order, name) {
				return fmt.Errorf("%s is refused something before a rule has placed it", name)
			}
			for _, a := range imported {
				p.refused = append(p.refused, refusal{a, name, through})
			}
		}
	}
	return nil
}

func parseNames(list string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if name == "" || strings.ContainsAny(name, " !<") {
			return nil, fmt.Errorf("bad name %q in list %q", name, strings.TrimSpace(list))
		}
		names = append(names, name)
	}
	return names, nil
}

// allBelow returns every name that lies below name, the nearest first.
func (p *Policy) allBelow(name string) []string {
	var all []string
	next := slices.Clone(p.below[name])
	for len(next) > 0 {
		first := next[0]
		next = next[1:]
		if !slices.Contains(all, first) {
			all = append(all, first)
			next = append(next, p.below[first]...)
		}
	}
	return all
}

// Allowed returns the packages and patterns that a package may import, in the
// order in which the policy first names them. The second result is false for a
// package of which the policy does not speak.
func (p *Policy) Allowed(dir string) ([]string, bool) {
	place, ok := p.place(dir)
	if !ok {
		return nil, false
	}
	below := p.allBelow(place)
	var allowed []string
	for _, name := range p.order {
		if isPackage(name) && (slices.Contains(below, name) || name == place && isPattern(name)) {
			allowed = append(allowed, name)
		}
	}
	return allowed, true
}

// place returns the name in the policy that stands for a package: the package's
// own, or the longest pattern that covers it.
func (p *Policy) place(dir string) (string, bool) {
	if dir == "." {
		dir = p.root
	}
	best := ""
	for _, name := range p.order {
		if name == dir && isPackage(name) {
			return name, true
		}
		if isPackage(name) && covers(name, dir) && len(name) > len(best) {
			best = name
		}
	}
	return best, best != ""
}

// Allows reports whether the order lets the package at from import that at
// to, refusals left aside.
func (p *Policy) Allows(from, to string) bool {
	place, ok := p.place(to)
	allowed, _ := p.Allowed(from)
	return ok && slices.Contains(allowed, place)
}

// foreignAllowed returns the prefixes of other modules that a package may import.
func (p *Policy) foreignAllowed(dir string, test bool) []string {
	if dir == "." {
		dir = p.root
	}
	var prefixes []string
	for _, rule := range p.foreign {
		if covers(rule.importer, dir) || test && rule.importer == TestFiles {
			prefixes = append(prefixes, rule.prefixes...)
		}
	}
	return prefixes
}

func isPattern(name string) bool { return strings.HasSuffix(name, "/...") }

// isPackage tells names of packages from pseudo-names, which are in capitals.
func isPackage(name string) bool { return name != strings.ToUpper(name) }

// covers reports whether a name of the policy stands for the package path dir.
func covers(name, dir string) bool {
	if name == dir {
		return true
	}
	prefix, ok := strings.CutSuffix(name, "/...")
	return ok && (dir == prefix || strings.HasPrefix(dir, prefix+"/"))
}
