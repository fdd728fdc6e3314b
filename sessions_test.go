package vola_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web/sessions"
)

// keeper is a module that keeps sessions.
type keeper struct{ name string }

func (k keeper) Name() string                             { return k.name }
func (k keeper) SessionStore(*module.Host) sessions.Store { return &sessions.Memory{} }

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
