package main

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// Commands has "go run . add TITLE TEXT".
func (h *Home) Commands() []module.Command {
	return []module.Command{{Name: "add", Args: "TITLE TEXT", Help: "write a note", Run: h.add}}
}

func (h *Home) add(ctx context.Context, env module.Env, args []string) error {
	note := Note{Title: args[0], Text: args[1]}
	if err := orm.Create(ctx, env.Host.DB, &note); err != nil {
		return err
	}
	_, err := fmt.Fprintf(env.Stdout, "note %d is written\n", note.ID)
	return err
}
