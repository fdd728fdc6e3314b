package module_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/module"
)

// TestZonesAreBounded: a zone is read once, and names without end do not fill the memory.
func TestZonesAreBounded(t *testing.T) {
	t.Parallel()
	h := module.NewHost(module.Host{}, nil, nil)
	kept := func(name string) bool {
		one, err := h.Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		two, err := h.Zone(name)
		return err == nil && one == two
	}
	if !kept("Europe/Rome") {
		t.Error("a zone is read twice")
	}
	last := false
	for n := range 1100 {
		last = kept("Europe" + strings.Repeat("/", 2+n) + "Rome")
	}
	if last || !kept("Europe/Rome") {
		t.Error("all names are kept, or those before are not")
	}
}
