package vola_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web/sessions"
)

// keeper is a module that keeps sessions.
type keeper struct{ name string }

func (k keeper) Name() string                             { return k.name }
func (k keeper) SessionStore(*module.Host) sessions.Store { return &sessions.Memory{} }

// asker is a module with a form whose declaration is wrong.
type asker struct{}

func (asker) Name() string { return "asker" }
func (asker) Forms() []forms.Checked {
	return []forms.Checked{forms.New[struct {
		Names []string `form:"required" label:"Names"`
	}]()}
}

// TestFormsAreChecked: a site does not start with a form that is declared wrongly.
func TestFormsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := vola.New(vola.Config{Modules: []module.Module{asker{}}}, vola.Options{})
	if err == nil || !strings.Contains(err.Error(), "module asker: ") || !strings.Contains(err.Error(), "field Names") {
		t.Error(err)
	}
}

// TestOneKeeper: of two modules that keep sessions the program says which does.
func TestOneKeeper(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Modules: []module.Module{keeper{"a"}, keeper{"b"}}}
	if _, err := vola.New(cfg, vola.Options{}); err == nil || !strings.Contains(err.Error(), "modules a and b both keep the sessions") {
		t.Error(err)
	}
	cfg.Sessions.Store = &sessions.Memory{}
	if _, err := vola.New(cfg, vola.Options{}); err != nil {
		t.Error(err)
	}
}
