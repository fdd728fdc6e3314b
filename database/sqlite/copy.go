package sqlite

import (
	"context"
	"fmt"
)

// Backup writes a copy of the database as it is at this moment into a file
// that does not exist yet. Readers and the writer go on meanwhile. See
// https://www.sqlite.org/lang_vacuum.html#vacuuminto.
func (b *backend) Backup(ctx context.Context, file string) error {
	// A reader's connection refuses to write, also into another file.
	c, err := b.writers.acquire(ctx)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, "VACUUM INTO ?", []any{file})
	b.writers.release(c, broken(err))
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return nil
}

// Shell returns sqlite3 on the file.
func (b *backend) Shell() (name string, args, environ []string) {
	return "sqlite3", []string{b.path}, nil
}
