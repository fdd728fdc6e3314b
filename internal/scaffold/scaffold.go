// Package scaffold has the texts that "vola new" and "vola app" write, and the
// edit that wires a module into a site. It makes bytes; who calls it writes
// them.
//
// The texts are files below templates, for text/template with << and >>
// instead of braces, which the templates of the site itself use.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"github.com/volaweb/vola/internal/secretkey"
)

//go:embed templates
var texts embed.FS

// File is one file to be written.
type File struct {
	Path string // below the folder that is made, with slashes
	Text []byte
	// Secret says that nobody else may read the file.
	Secret bool
}

// Lines returns the number of lines in the file.
func (f File) Lines() int { return bytes.Count(f.Text, []byte("\n")) }

// Site is what a new site is made from.
type Site struct {
	// Name is the name of the folder, and of the site as people see it.
	Name string
	// Module is the path of the site's Go module.
	Module string
	// Postgres says that the site has the driver for PostgreSQL too.
	Postgres bool
}

// Files returns the site's own files: those that its author goes on with. They
// lack what is generated: go.mod, descriptors and migrations.
func (s Site) Files() ([]File, error) {
	return render("templates/site", s, func(name string) string {
		if name == "gitignore" {
			return ".gitignore" // under its real name it would hide files of this repository
		}
		return name
	})
}

// DotEnv returns the file .env of a new site, with a secret key of 256 random bits. What the
// site's .gitignore says keeps it out of git.
func DotEnv() File {
	return File{Path: ".env", Secret: true, Text: []byte("# Settings of this machine, which git ignores: each machine has its own.\n" +
		"SECRET_KEY=" + secretkey.New() + "\n")}
}

// Module is what a new module is made from.
type Module struct {
	// Name is the name of the package, its folder and the module.
	Name string
	// Path is the package's import path.
	Path string
}

// Title returns the name as people see it: "Shop" for "shop".
func (m Module) Title() string { return strings.ToUpper(m.Name[:1]) + m.Name[1:] }

// Files returns the module's own files. They lack what is generated:
// descriptors and migrations.
func (m Module) Files() ([]File, error) {
	return render("templates/module", m, func(name string) string {
		if dir, base := path.Split(name); dir != "" {
			return path.Join(dir, m.Name, base) // the folder of templates that is the module's own
		}
		return m.Name + strings.TrimPrefix(name, "module")
	})
}

// render fills in the texts below a folder. Go source is formatted, because
// names of any length move what is aligned.
func render(dir string, data any, rename func(string) string) ([]File, error) {
	var out []File
	err := fs.WalkDir(texts, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := texts.ReadFile(name)
		if err != nil {
			return err
		}
		t, err := template.New(name).Delims("<<", ">>").Parse(string(text))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, data); err != nil {
			return err
		}
		name = strings.TrimSuffix(strings.TrimPrefix(name, dir+"/"), ".tmpl")
		f := File{Path: rename(name), Text: b.Bytes()}
		if path.Ext(name) == ".go" {
			if f.Text, err = format.Source(f.Text); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		out = append(out, f)
		return nil
	})
	return out, err
}
