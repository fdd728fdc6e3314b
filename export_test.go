package vola

import (
	"context"
	"net"
	"runtime/debug"
)

// CutOff is what Main ends a program with that does not stop.
var CutOff = cutOff

// Listening is what serve tells the site of its address.
func (s *Site) Listening(addr net.Addr) { s.listening(addr) }

// Found is a finding of "check --deploy".
type Found = found

// Machine is what the checks of "check --deploy" look at besides the site.
type Machine struct {
	Dir    string
	Build  []debug.BuildSetting
	Mounts string
	Root   bool
}

// DeployFindings are those of a site on a machine.
func DeployFindings(ctx context.Context, s *Site, m Machine) ([]Found, error) {
	d := &deployment{site: s, set: &s.set, dir: m.Dir, build: m.Build, mounts: m.Mounts, root: m.Root}
	d.open(ctx)
	if d.db != nil {
		defer d.db.Close()
	}
	return d.findings(ctx)
}

// DeployCheckInfo is a check of the site itself.
type DeployCheckInfo struct{ ID, Level, Title string }

// DeployChecks lists the checks of the site itself.
func DeployChecks() (out []DeployCheckInfo) {
	for _, c := range deployChecks() {
		out = append(out, DeployCheckInfo{c.id, string(c.level), c.title})
	}
	return out
}

// MakeKey makes the key of a site in a file.
var MakeKey = makeKey

// FinishMail is what a command waits for at its end.
var FinishMail = (*Site).finishMail

// Reseal is what the command of that name does.
var Reseal = reseal

// FunctionsOfModules are the template functions of modules that a site may lack.
var FunctionsOfModules = functionsOfModules
