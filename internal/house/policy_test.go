package house_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/house"
)

func ExampleParsePolicy() {
	policy, err := house.ParsePolicy("shop", `
		NONE < schema < database, templates;   # these two do not know each other
		database < orm;
		orm, templates < shop;
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.Allows("orm", "schema"), policy.Allows("orm", "templates"))
	fmt.Println(policy.Allowed("shop"))
	// Output:
	// true false
	// [schema database templates orm] true
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	policy, err := house.ParsePolicy("shop", `
		NONE < fault < internal/... < BOTTOM;
		BOTTOM < web < web/..., shop;
		BOTTOM < web/raw;
	`)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		dir  string
		want []string
		ok   bool
	}{
		{"fault", nil, true},
		{"internal/a/b", []string{"fault", "internal/..."}, true},
		{"web", []string{"fault", "internal/..."}, true},
		{"web/any", []string{"fault", "internal/...", "web", "web/..."}, true},
		{"web/raw", []string{"fault", "internal/..."}, true},
		{".", []string{"fault", "internal/...", "web"}, true},
		{"unknown", nil, false},
		{"BOTTOM", nil, false},
	}
	for _, test := range tests {
		t.Run(test.dir, func(t *testing.T) {
			t.Parallel()
			got, ok := policy.Allowed(test.dir)
			if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
				t.Errorf("ok = %v; -want +got:\n%s", ok, diff)
			}
		})
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"one name", "web", "want a < b"},
		{"no lower name", "< web", "bad name"},
		{"two names without a comma", "NONE < web orm", "bad name"},
		{"unknown below", "NONE < web; wbe < site", "wbe is used before"},
		{"circle", "NONE < web < forms; forms < web", "below itself"},
		{"unknown refused", "NONE < web; sql !< wbe", "before a rule has placed it"},
		{"no modules", "NONE < web; web:", "colon"},
		{"two packages with modules", "NONE < web; web, forms: example.com/x", "want one package"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := house.ParsePolicy("shop", test.text); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want one with %q", err, test.want)
			}
		})
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add("NONE < a, b < c; c !< a; a: example.com/x y # comment\n; A !<< b")
	f.Add("a/... < a/b; /... < ; ,;:")
	f.Fuzz(func(t *testing.T, text string) {
		policy, err := house.ParsePolicy("root", text)
		if err != nil {
			return
		}
		for _, dir := range []string{".", "a", "a/b"} {
			allowed, ok := policy.Allowed(dir)
			if len(allowed) > 0 && !ok {
				t.Errorf("%s has no place but may import %v", dir, allowed)
			}
		}
	})
}
