package blog_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/site/blog"
)

// program runs the real program and returns its exit status and output.
func program(t *testing.T, url string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	environ := []string{"DATABASE_URL=" + url, "BLOG_MEDIA=" + t.TempDir(), "BASE_URL=https://example.org"}
	status := vola.Run(t.Context(), config(blog.New(nil)), args, environ, strings.NewReader(""), &out, &out)
	return status, out.String()
}

func TestTheExitStatusOfAnImport(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	if status, out := program(t, url, "migrate"); status != 0 {
		t.Fatal(out)
	}
	tests := []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"blog", "import", "testdata/import/flat"}, 0, "2 imported"},
		{[]string{"import", "testdata/import/flat"}, 0, "2 unchanged"},
		{[]string{"blog", "import", "testdata/import/broken"}, 1, "8 failed"},
		{[]string{"blog", "import", "testdata/import/nothing"}, 1, "no such file"},
		{[]string{"blog", "import"}, 2, "blog import needs DIR"},
		{[]string{"blog", "import", "--timezone", "Mars/Olympus", "testdata/import/flat"}, 2, "not a time zone"},
		{[]string{"blog", "preview", "testdata/import/flat/2013-01-01-first.md"}, 0, "published: https://example.org/blog/2013/01/first/"},
		{[]string{"blog", "import", "--help"}, 0, "--timezone"},
	}
	for _, tt := range tests {
		status, out := program(t, url, tt.args...)
		if status != tt.status || !strings.Contains(out, tt.want) {
			t.Errorf("%v: status %d, want %d and %q in:\n%s", tt.args, status, tt.status, tt.want, out)
		}
		if strings.Contains(out, "goroutine ") || strings.Contains(out, "\x1b") {
			t.Errorf("%v prints what is not for people:\n%s", tt.args, out)
		}
	}
}
