package jobpages_test

import (
	"fmt"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/jobpages"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
)

// The pages are at /admin/jobs/, for users with the permission jobpages.view_jobs.
func Example() {
	// snippet: modules
	modules := []module.Module{
		jobs.New(jobs.Config{}),
		auth.New(auth.Config{}),
		module.At("/admin/jobs/", jobpages.New()),
	}
	// end snippet
	site, err := vola.New(vola.Config{Name: "Shop", Modules: modules}, vola.Options{Environ: map[string]string{"SECRET_KEY": "a key of 32 characters or some more"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(site.URL("jobpages:job", 7))
	// Output: /admin/jobs/7/ <nil>
}
