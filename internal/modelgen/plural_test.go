package modelgen_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/volaweb/vola/internal/modelgen"
)

func TestPlural(t *testing.T) {
	t.Parallel()
	plurals := map[string]string{
		"Post": "Posts", "Body": "Bodies", "Category": "Categories", "Day": "Days", "Query": "Queries",
		"Address": "Addresses", "Box": "Boxes", "Branch": "Branches", "Wish": "Wishes", "Status": "Statuses",
		"Person": "People", "SalesPerson": "SalesPeople", "Child": "Children", "Human": "Humans", "German": "Germans",
		"History": "Histories", "Key": "Keys", "APIKey": "APIKeys", "Index": "Indexes", "Leaf": "Leaves", "X": "Xes", "Y": "Ys",
	}
	src := "package blog\n\nimport \"github.com/volaweb/vola/orm\"\n"
	for name := range plurals {
		src += fmt.Sprintf("\ntype %s struct{ ID int64 }\n\nvar _ = orm.Model[%s]()\n", name, name)
	}
	root := unpack(t, &txtar.Archive{Files: []txtar.File{{Name: "blog/blog.go", Data: []byte(src)}}})
	f, err := modelgen.Generate(filepath.Join(root, "blog"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range plurals {
		if !strings.Contains(string(f.Text), fmt.Sprintf("// %s describes the fields of %s,", want, name)) {
			t.Errorf("the plural of %s is not %s", name, want)
		}
	}
}
