package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/schema"
)

func ExampleIndexName() {
	fmt.Println(schema.IndexName("shop_tag", []string{"slug"}))
	fmt.Println(schema.UniqueName("auth_group", []string{"name"}))
	// Output:
	// shop_tag_slug_b8e185a1
	// auth_group_name_key
}

// The names are those that Django 5.2 gave in a PostgreSQL and an SQLite
// database.
func TestNamesAreDjangos(t *testing.T) {
	t.Parallel()
	tests := []struct{ got, want string }{
		{schema.IndexName("shop_author", []string{"mentor_id"}), "shop_author_mentor_id_6fdda127"},
		{schema.IndexName("shop_book", []string{"author_id"}), "shop_book_author_id_82b8ab51"},
		{schema.UniqueName("shop_book", []string{"author_id", "title"}), "shop_book_author_id_title_ee8b7262_uniq"},
		{schema.UniqueName("auth_user_user_permissions", []string{"user_id", "permission_id"}), "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq"},
		{schema.UniqueName("shop_author", []string{"user_id"}), "shop_author_user_id_key"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

func TestNamesFitPostgreSQL(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 80)
	seen := map[string]bool{}
	for _, cols := range [][]string{{"a"}, {"a", "b"}, {long}, {long, "b"}} {
		for _, table := range []string{"t", long, "_" + long} {
			for _, name := range []string{
				schema.IndexName(table, cols), schema.UniqueName(table, cols),
				schema.ForeignKeyName(table, cols, long, "id"),
			} {
				if len(name) > 63 || seen[name] {
					t.Errorf("name %q of %d bytes for %v of %.5s is too long or not the only one", name, len(name), cols, table)
				}
				seen[name] = true
			}
		}
	}
}

func book() schema.Table {
	return schema.Table{
		Name: "shop_book",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 200}},
		},
		PrimaryKey: []string{"id"},
		Uniques:    []schema.Unique{{Name: "u", Columns: []string{"title"}}},
		Indexes:    []schema.Index{{Name: "i", Columns: []schema.IndexColumn{{Column: "title", Desc: true}}}},
	}
}

func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	a := schema.Schema{Tables: []schema.Table{book()}}
	b := a.Clone()
	b.Tables[0].Columns[0].Name = "x"
	b.Tables[0].PrimaryKey[0] = "x"
	b.Tables[0].Uniques[0].Columns[0] = "x"
	b.Tables[0].Indexes[0].Columns[0].Column = "x"
	if diff := cmp.Diff(schema.Schema{Tables: []schema.Table{book()}}, a); diff != "" {
		t.Error(diff)
	}
}

func TestValidateNamesEveryMistake(t *testing.T) {
	t.Parallel()
	if errs := book().Validate(); len(errs) > 0 {
		t.Fatalf("a good table: %v", errs)
	}
	bad := book()
	bad.Columns = append(bad.Columns, schema.Column{Name: "TITLE"}, schema.Column{})
	bad.PrimaryKey = []string{"key"}
	bad.Uniques[0].Columns = nil
	bad.Indexes = append(bad.Indexes, schema.Index{Name: "e"}, schema.Index{Name: "x", Columns: []schema.IndexColumn{{Expr: "lower(title)"}}})
	bad.ForeignKeys = []schema.ForeignKey{{Name: "f", Columns: []string{"id"}}}
	var got []string
	for _, err := range bad.Validate() {
		got = append(got, strings.TrimPrefix(err.Error(), `table "shop_book": `))
	}
	want := []string{
		`two columns are called "TITLE"`,
		`column 4 has no name`,
		`the primary key names the column "key", which the table does not have`,
		`unique constraint u names no column`,
		`index e names no column`,
		`foreign key f has 1 columns for 0`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTypeString(t *testing.T) {
	t.Parallel()
	for want, typ := range map[string]schema.Type{
		"Text(20)":      {Kind: schema.Text, Size: 20},
		"Decimal(10,2)": {Kind: schema.Decimal, Precision: 10, Scale: 2},
		"Int64":         {Kind: schema.Int64},
		"Kind(0)":       {},
	} {
		if got := typ.String(); got != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
}
