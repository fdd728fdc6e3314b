package blog

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// ownFolder is the folder that the content of the program comes from.
const ownFolder = "(the program)"

// Seed stores the content given to [New] in a blog that has no posts.
func (b *Blog) Seed(ctx context.Context, h *module.Host) error {
	if b.content == nil {
		return nil
	}
	any, err := orm.From[Post](h.DB).Exists(ctx)
	if err != nil || any {
		return err
	}
	im := b.importer(b.content, ownFolder)
	im.ours = true
	r, err := im.run(ctx)
	if err == nil && len(r.Failed) > 0 {
		err = fmt.Errorf("%s: %s", r.Failed[0].Path, r.Failed[0].Reason)
	}
	return err
}
