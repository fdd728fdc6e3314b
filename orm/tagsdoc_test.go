package orm_test

import (
	goflag "flag"
	"os"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/snippets"
	"github.com/volaweb/vola/orm"
)

var updateTags = goflag.Bool("update", false, "write the table of docs/tags.md")

// TestTagsDocument compares the table of docs/tags.md with the options that the
// parser of tags knows.
func TestTagsDocument(t *testing.T) {
	t.Parallel()
	const name = "../docs/tags.md"
	rows := [][]string{{"option", "meaning"}}
	for _, o := range orm.TagOptions() {
		rows = append(rows, []string{"`" + o[0] + "`", o[1]})
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := snippets.Generated(text, "tags", snippets.Table(rows))
	switch {
	case err != nil:
		t.Fatalf("%s: %v", name, err)
	case string(want) == string(text):
	case *updateTags:
		if err := os.WriteFile(name, want, 0o666); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("%s is not what the parser of tags knows; run: go test ./orm -run TagsDocument -update", name)
	}
}

// TestTagsAreInThePackageComment: "go doc orm" names every option.
func TestTagsAreInThePackageComment(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "\n// # Tags\n")
	for _, o := range orm.TagOptions() {
		name, _, _ := strings.Cut(o[0], "=")
		if !strings.Contains(list, "\n//\t"+name+" ") && !strings.Contains(list, "\n//\t"+name+"=") {
			t.Errorf("the comment of the package does not explain the option %s under Tags", o[0])
		}
	}
}

// TestTheSkipTagStandsAlone: the error says so, as "-" is a known option.
func TestTheSkipTagStandsAlone(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"size=3,-", "-,index", "-=x"} {
		if _, _, err := orm.ParseTag(tag); err == nil || err.Error() != `option "-" stands alone` {
			t.Errorf("%s: %v", tag, err)
		}
	}
	if _, _, err := orm.ParseTag("-"); err != nil {
		t.Error(err)
	}
}
