package migratecmd_test

import (
	"fmt"
	"os"

	"github.com/volaweb/vola/migrate/migratecmd"
	"github.com/volaweb/vola/module"
)

// The commands of a project, which vola.Run adds to those of a site.
func Example() {
	project := &migratecmd.Project{Modules: []module.Module{}, Version: "v1.0.0", Stdout: os.Stdout, Stderr: os.Stderr}
	for _, command := range project.Commands() {
		fmt.Println(command.Name, command.Args)
	}
	// Output:
	// migrate [MODULE [NAME]]
	// makemigrations [MODULE...]
	// sqlmigrate MODULE NAME
	// squashmigrations MODULE [FROM] TO
	// inspect [TABLE...]
}
