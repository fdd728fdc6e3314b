package vola

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// deployment is what the checks of "check --deploy" look at.
type deployment struct {
	site *Site
	set  *settings
	dir  string // the working directory

	db      *database.DB // nil if it cannot be used
	dbError error

	build  []debug.BuildSetting
	mounts string // as Linux has them in /proc/mounts
	root   bool   // the program runs as root
}

// deployCheck is a check of the site itself.
type deployCheck struct {
	id    string
	level module.Level
	title string
	find  func(d *deployment) []module.Finding
}

// found is a finding as it is printed.
type found struct {
	ID       string       `json:"id"`
	Level    module.Level `json:"level"`
	Title    string       `json:"title"`
	Reason   string       `json:"reason"`
	Where    string       `json:"where"`
	Write    string       `json:"write"`
	Silenced string       `json:"silenced,omitempty"` // why
}

// severity is how bad a level is, -1 for what is none.
func severity(l module.Level) int {
	return slices.Index([]module.Level{module.LevelNote, module.LevelWarning, module.LevelError}, l)
}

// deployFlags are the flags of "check --deploy".
type deployFlags struct {
	on, json bool
	fail     string
}

func (f *deployFlags) declare(flags *flag.FlagSet) {
	flags.BoolVar(&f.on, "deploy", false, "look for what is not safe in production, with the settings that the program has now")
	flags.BoolVar(&f.json, "json", false, "with --deploy: print a list of objects with id, level, title, reason, where, write and silenced")
	flags.StringVar(&f.fail, "fail-level", "warning", "with --deploy: the mildest `LEVEL` that makes the status 1: note, warning or error")
}

func (f *deployFlags) check() error {
	switch {
	case severity(module.Level(f.fail)) < 0:
		return cli.Usagef("--fail-level %q is not a level; write note, warning or error", f.fail)
	case f.json && !f.on:
		return cli.Usagef("--json is for --deploy only")
	}
	return nil
}

// checkDeploy looks for what is not safe in production.
func (p *program) checkDeploy(ctx context.Context, s *Site, f deployFlags) error {
	d := &deployment{site: s, set: &s.set, dir: ".", mounts: readMounts(), root: os.Geteuid() == 0}
	if info, ok := debug.ReadBuildInfo(); ok {
		d.build = info.Settings
	}
	d.open(ctx)
	if d.db != nil {
		defer d.db.Close()
	}
	list, err := d.findings(ctx)
	if err != nil {
		return err
	}
	failing := 0
	for _, one := range list {
		if one.Silenced == "" && severity(one.Level) >= severity(module.Level(f.fail)) {
			failing++
		}
	}
	if f.json {
		err = writeJSON(p.stdout, list)
	} else {
		err = writeFindings(p.stdout, list)
	}
	if err == nil && failing > 0 {
		err = fmt.Errorf("%s at level %s or worse", count(failing, "finding"), f.fail)
	}
	return err
}

// open opens the database of the site, if that can be used as it is.
func (d *deployment) open(ctx context.Context) {
	db, err := database.Open(ctx, database.Config{URL: d.set.DatabaseURL, Drivers: d.site.cfg.Drivers})
	if err != nil {
		d.dbError = err
		return
	}
	pending, err := d.site.Runner(db).Pending(ctx)
	switch {
	case err != nil:
	case len(pending) > 0:
		err = fmt.Errorf("%s not applied, the first is %s %s", count(len(pending), "migration"), pending[0].Module, pending[0].Name)
	default:
		err = orm.Use(db, d.site.models)
	}
	if err != nil {
		d.dbError = errors.Join(err, db.Close())
		return
	}
	d.db = db
}

// findings runs all checks. The error is about the checks and those that are silenced.
func (d *deployment) findings(ctx context.Context) ([]found, error) {
	list := []found{}
	titles := map[string]bool{}
	for _, c := range deployChecks() {
		titles[c.id] = true
		list = d.add(list, c.id, c.level, c.title, c.find(d))
	}
	host := *d.site.host
	host.DB = d.db
	for _, m := range d.site.cfg.Modules {
		has, ok := module.As[module.HasDeployChecks](m)
		if !ok {
			continue
		}
		for _, c := range has.DeployChecks() {
			if titles[c.ID] || !isCheckID(c.ID) || severity(c.Level) < 0 || c.Find == nil {
				return nil, fmt.Errorf("module %s: the check %q has an id that is taken or not a letter with two digits, no level or no Find", m.Name(), c.ID)
			}
			titles[c.ID] = true
			some, err := c.Find(ctx, &host)
			if err != nil {
				some = append(some, module.Finding{Level: module.LevelWarning, Reason: "this could not be checked: " + err.Error(), Where: "module " + m.Name()})
			}
			list = d.add(list, c.ID, c.Level, c.Title, some)
		}
	}
	for id, reason := range d.site.cfg.SilencedChecks {
		if !titles[id] {
			return nil, fmt.Errorf("vola.Config, SilencedChecks: there is no check %q", id)
		}
		if strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("vola.Config, SilencedChecks: %s has no reason", id)
		}
	}
	slices.SortStableFunc(list, func(a, b found) int {
		return cmp.Or(severity(b.Level)-severity(a.Level), strings.Compare(a.ID, b.ID), strings.Compare(a.Where, b.Where))
	})
	return list, nil
}

func (d *deployment) add(list []found, id string, level module.Level, title string, some []module.Finding) []found {
	for _, f := range some {
		list = append(list, found{
			ID: id, Level: cmp.Or(f.Level, level), Title: title, Reason: f.Reason, Where: f.Where, Write: f.Write,
			Silenced: d.site.cfg.SilencedChecks[id],
		})
	}
	return list
}

func isCheckID(id string) bool {
	return len(id) == 3 && id[0] >= 'A' && id[0] <= 'Z' && strings.Trim(id[1:], "0123456789") == ""
}

func writeJSON(w io.Writer, list []found) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(list)
}

// writeFindings prints the findings for people.
func writeFindings(w io.Writer, list []found) error {
	var b strings.Builder
	numbers := map[string]int{}
	for _, f := range list {
		level := string(f.Level)
		if f.Silenced != "" {
			level = "silenced"
		}
		numbers[level]++
		fmt.Fprintf(&b, "%s %s: %s\n", f.ID, level, f.Reason)
		for _, part := range [][2]string{{"in", f.Where}, {"write", f.Write}, {"silenced", f.Silenced}} {
			if part[1] != "" {
				fmt.Fprintf(&b, "    %s: %s\n", part[0], part[1])
			}
		}
	}
	fmt.Fprintf(&b, "%s, %s, %s, %d silenced\n", count(numbers["error"], "error"), count(numbers["warning"], "warning"), count(numbers["note"], "note"), numbers["silenced"])
	_, err := io.WriteString(w, b.String())
	return err
}

// deployChecks are all checks of the site itself.
func deployChecks() []deployCheck {
	return slices.Concat(transportChecks(), headerChecks(), secretChecks(), dataChecks())
}

// one is a single finding.
func one(reason, where, write string) []module.Finding {
	return []module.Finding{{Reason: reason, Where: where, Write: write}}
}
