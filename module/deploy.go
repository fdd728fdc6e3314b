package module

import "context"

// HasDeployChecks is a module that finds what is not safe about it in production, for the
// command "check --deploy".
type HasDeployChecks interface {
	DeployChecks() []DeployCheck
}

// DeployCheck finds one thing that is not safe in production.
type DeployCheck struct {
	// ID is a capital letter and two digits that no other check of the site has, such as "A01".
	ID string
	// Level is how bad it is, unless a finding says otherwise.
	Level Level
	// Title says in some words what is wrong when there is a finding.
	Title string
	// Find looks for it. h has the database, with all migrations applied, or a nil DB
	// if it cannot be used; the module is not started. An error says that
	// it could not look.
	Find func(ctx context.Context, h *Host) ([]Finding, error)
}

// Level is how bad a [Finding] is.
type Level string

// The levels, from the mildest.
const (
	LevelNote    Level = "note"    // worth knowing
	LevelWarning Level = "warning" // to be changed, or silenced with a reason
	LevelError   Level = "error"   // not to be put on a server
)

// Finding is one place where something is not safe.
type Finding struct {
	// Level defaults to that of the check.
	Level Level
	// Reason says in one sentence what can happen, with the value unless it is secret.
	Reason string
	// Where is the file with the line, the setting, or the field of the configuration.
	Where string
	// Write is the line to write there.
	Write string
}
