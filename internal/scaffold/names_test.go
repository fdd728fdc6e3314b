package scaffold_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/scaffold"
)

func TestNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 51)
	tests := []struct {
		what  string
		check func(string) error
		good  []string
		bad   []string
	}{
		{
			"site", scaffold.CheckSiteName,
			[]string{"a", "mysite", "My-Site_2", long[:50]},
			[]string{"", ".", "..", "a b", "a/b", `a\b`, "-x", "2go", "a.b", "é", "a\x00", "a\n", long},
		},
		{
			"Go module", scaffold.CheckModulePath,
			[]string{"mysite", "example.org/ann/my-site", "a/v2", "git.example.org/~ann/x", "test"},
			[]string{"", "/", "a/", "/a", "a//b", "../a", "a/./b", "a b", "é", "net", "context", "main", "a\n", "github.com/volaweb/vola"},
		},
		{
			"module", scaffold.CheckModuleName,
			[]string{"a", "shop", "shop2", "my_shop", long[:30]},
			[]string{"", "Shop", "2shop", "_shop", "shop-2", "shop/x", "go", "func", "main", "web", "migrations", "internal", "a_test", "é", long[:31]},
		},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel()
			for _, name := range test.good {
				if err := test.check(name); err != nil {
					t.Errorf("%q is refused: %v", name, err)
				}
			}
			for _, name := range test.bad {
				err := test.check(name)
				if err == nil {
					t.Errorf("%q is accepted", name)
				} else if strings.ContainsAny(err.Error(), "\n\x00") {
					t.Errorf("%q: the message is not one printable line: %q", name, err)
				}
			}
		})
	}
}
