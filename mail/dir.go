package mail

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
)

// Dir keeps each mail as a file in a folder instead of sending it, as programs for mail open
// them: 20261130T151415-k3v9qmzt.eml. Bcc is not in them. The folder is made with the first
// mail, with the permissions 0700; the files have 0600. Nothing removes them.
type Dir struct {
	// Path is the folder.
	Path string
}

// Send implements [Sender].
func (d *Dir) Send(_ context.Context, m Message) error {
	data, err := m.Encode()
	if err != nil {
		return err
	}
	if err := d.write(data); err != nil {
		return fault.Wrap(fault.Unavailable, fmt.Errorf("mail: keep a mail as a file: %w", err), "")
	}
	return nil
}

func (d *Dir) write(data []byte) error {
	if err := os.MkdirAll(d.Path, 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(d.Path, ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) // fails after the renaming
	_, err = part.Write(data)
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	name := time.Now().UTC().Format("20060102T150405") + "-" + strings.ToLower(rand.Text()[:8]) + ".eml"
	return os.Rename(part.Name(), filepath.Join(d.Path, name))
}
