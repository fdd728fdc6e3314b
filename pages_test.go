package vola_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	stored "github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
)

// menu is a module with one page.
type menu struct {
	module.Base
	page string
}

var menuPage = templates.Page[string]("menu/page.html")

func (*menu) Name() string               { return "menu" }
func (*menu) Pages() []templates.Checked { return []templates.Checked{menuPage} }
func (m *menu) Templates() fs.FS         { return fstest.MapFS{"menu/page.html": {Data: []byte(m.page)}} }

// TestFunctionOfAModuleThatTheSiteLacks: the error says which module brings the function.
func TestFunctionOfAModuleThatTheSiteLacks(t *testing.T) {
	t.Parallel()
	const page = `{{with user}}{{.Called}}{{end}}{{if can "x.y"}}x{{end}}`
	_, err := vola.New(vola.Config{Modules: []module.Module{&menu{page: page}}}, vola.Options{BaseURL: "http://example.com"})
	for _, want := range []string{
		`menu/page.html:1:8: the function "user" comes with the module contrib/auth, which the site does not have; add it to Config.Modules`,
		`menu/page.html:1:37: the function "can" comes with`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	if _, err := vola.New(vola.Config{Modules: []module.Module{auth.New(auth.Config{}), &menu{page: page}}}, vola.Options{BaseURL: "http://example.com"}); err != nil {
		t.Errorf("with the module: %v", err)
	}
}

// TestFunctionsOfModules compares what the site knows of the functions of modules with them.
// That of contrib/oidc is a Go module of its own, and its source is read.
func TestFunctionsOfModules(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	accounts := auth.New(auth.Config{})
	for path, m := range map[string]module.HasFuncs{"contrib/auth": accounts, "contrib/files": stored.New(stored.Config{}), "contrib/passkeys": passkeys.New(accounts, passkeys.Config{})} {
		for name := range m.Funcs() {
			want[name] = path
		}
	}
	source, err := os.ReadFile("contrib/oidc/oidc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, funcs, _ := strings.Cut(string(source), "Funcs() map[string]any {")
	funcs, _, _ = strings.Cut(funcs, "\n}")
	for _, name := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(funcs, -1) {
		want[name[1]] = "contrib/oidc"
	}
	if d := cmp.Diff(want, vola.FunctionsOfModules()); d != "" || len(want) < 8 {
		t.Error(d)
	}
}

// TestTemplateInPlaceOfAModules: the texts of a template that the project has in place of one
// of a module without catalogues are checked, as those of its other templates are.
func TestTemplateInPlaceOfAModules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Log out of the shop": "",
		"Log out of shop":     `accounts/logout.html:1:3: no catalogue has the text "Log out of shop"; did you mean "Log out of the shop"?`,
		"Log in":              "", // which Vola has
	} {
		elsewhere := struct{ *auth.Auth }{auth.New(auth.Config{})} // a type that is not of this Go module
		cfg := vola.Config{
			Languages: []string{"en", "de"}, Modules: []module.Module{elsewhere},
			Messages:  fstest.MapFS{"messages/de.po": {Data: []byte("msgid \"Log out of the shop\"\nmsgstr \"Den Laden verlassen\"\n")}},
			Templates: fstest.MapFS{"templates/accounts/logout.html": {Data: []byte(`{{t "` + text + `"}}`)}},
		}
		_, err := vola.New(cfg, vola.Options{BaseURL: "http://example.com"})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}
