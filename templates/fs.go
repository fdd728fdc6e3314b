package templates

import (
	"fmt"
	"io/fs"
)

// FS returns a loader of the files of fsys, usually an embed.FS; use [fs.Sub]
// for templates in a folder of it. The label says for people what fsys is,
// such as "blog module (embedded)".
func FS(label string, fsys fs.FS) Lister { return fsLoader{label, fsys} }

type fsLoader struct {
	label string
	fsys  fs.FS
}

func (l fsLoader) Load(name string) (Source, error) {
	origin := fmt.Sprintf("%s in %s", name, l.label)
	if err := checkName(name); err != nil {
		return Source{}, err
	}
	text, err := readRegular(l.fsys, name)
	if err != nil {
		return Source{}, missing(origin, err)
	}
	return Source{Name: name, Text: text, Origin: origin}, nil
}
