package blog

import (
	"context"
	"io/fs"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/markup"
)

// Seed stores the content given to [New] in a blog that has no posts.
func (b *Blog) Seed(ctx context.Context, h *module.Host) error {
	if b.content == nil {
		return nil
	}
	any, err := orm.From[Post](h.DB).Exists(ctx)
	if err != nil || any {
		return err
	}
	names, err := fs.Glob(b.content, "*.md")
	if err != nil {
		return err
	}
	return h.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, name := range names {
			text, err := fs.ReadFile(b.content, name)
			if err != nil {
				return err
			}
			doc, err := markup.Parse(name, text, markup.Options{})
			if err != nil {
				return err
			}
			if _, err := add(ctx, tx, doc); err != nil {
				return err
			}
		}
		return nil
	})
}
