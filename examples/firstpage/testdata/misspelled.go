package main

import (
	"context"

	"github.com/volaweb/vola/orm"
)

func (h *Home) newest(ctx context.Context) ([]Note, error) {
	// error: Notes.Writen undefined
	// snippet: misspelled
	return orm.From[Note](h.DB).OrderBy(Notes.Writen.Desc()).All(ctx)
	// end snippet
}
