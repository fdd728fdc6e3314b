package postgres

import (
	"context"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Inspect reads the tables.
func (editor) Inspect(ctx context.Context, h database.Handle) (schema.Schema, error) {
	return schema.Schema{}, nil
}
