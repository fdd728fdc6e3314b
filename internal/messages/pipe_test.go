//go:build unix

package messages_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/volaweb/vola/internal/messages"
)

// TestReadPipe: a pipe that nobody writes to is not waited for.
func TestReadPipe(t *testing.T) {
	t.Parallel()
	dir := write(t, []txtar.File{{Name: "main.go", Data: []byte(callsT)}, {Name: "messages/de.po"}})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.go"), 0o666); err != nil {
		t.Fatal(err)
	}
	if tree, err := messages.Read(dir); err != nil || len(tree.Folders) != 1 {
		t.Errorf("%+v, %v", tree, err)
	}
}
