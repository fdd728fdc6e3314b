package orm

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Invalidates says that what a program keeps under these tags in the cache of a site was made of rows of
// the model: when rows are written, and that is committed, what has one of the tags goes.
//
//	orm.Model[Product](orm.Invalidates("products"))
//
// All writes of this package count: of one row, of many, of pairs of a [Many], for the models at both ends of
// it, and of rows that are deleted or lose a reference because others were deleted. Not seen are [ExecSQL], [FromSQL], what
// a trigger writes, and what other programs and older versions of this one write: who uses these says so by
// Host.Invalidate. A transaction that is rolled back, or the part of one, invalidates nothing, and one that
// writes many rows does it once for all of them.
func Invalidates(tags ...string) ModelOption { return invalidates(tags) }

type invalidates []string

func (tags invalidates) declare(d *Declaration) { d.invalidates = append(d.invalidates, tags...) }

// errEmptyTag is why [Invalidates] is refused.
var errEmptyTag = errors.New("orm.Invalidates has an empty tag, which nothing has in the cache")

// WithInvalidation returns the same models with what makes the tags of [Invalidates] go. It is called
// after what was written is committed, with a context that belongs to no transaction. Defaults to
// nothing.
func (ms *Models) WithInvalidation(invalidate func(ctx context.Context, tags []string)) *Models {
	out := *ms
	out.invalidate = invalidate
	return &out
}

// outdated are the tags that go when rows of a model are written: by a delete those of other rows
// too.
type outdated struct{ written, deleted []string }

// outdatedBy returns the tags of each model that has any.
func (ms *Models) outdatedBy() map[*model]outdated {
	out := map[*model]outdated{}
	if ms.invalidate == nil {
		return out
	}
	for _, m := range ms.all {
		o := outdated{written: sorted(m.invalidates)}
		reached := []*model{m}
		for i := 0; i < len(reached); i++ {
			o.deleted = append(o.deleted, reached[i].invalidates...)
			for _, other := range ms.all {
				o.deleted = append(o.deleted, other.losesBy(reached[i])...)
				if !slices.Contains(reached, other) && slices.ContainsFunc(other.fields, func(f *field) bool { return f.cascades() && f.ref.model == reached[i] }) {
					reached = append(reached, other)
				}
			}
		}
		o.deleted = sorted(o.deleted)
		if len(o.deleted) > 0 {
			out[m] = o
		}
	}
	return out
}

// losesBy returns the tags of a model whose rows lose a reference, or pairs, when rows of another are
// deleted.
func (m *model) losesBy(gone *model) []string {
	toNull := func(f *field) bool {
		return f.ref != nil && f.ref.model == gone && f.tag.onDelete == schema.SetNull
	}
	pairs := func(r *relation) bool { return r.kind == relPairs && r.model == gone }
	if slices.ContainsFunc(m.fields, toNull) || slices.ContainsFunc(m.relations, pairs) {
		return m.invalidates
	}
	return nil
}

func sorted(tags []string) []string {
	tags = slices.Sorted(slices.Values(tags))
	return slices.Compact(tags)
}

// wrote invalidates what is made of the rows of the model, when what h has written is committed. verb is
// that of the write.
func (p *plan) wrote(ctx context.Context, h database.Handle, verb string) error {
	tags := p.outdated.written
	if verb == "delete" {
		tags = p.outdated.deleted
	}
	if len(tags) == 0 {
		return nil
	}
	return database.AfterCommitOnce(ctx, h, "orm "+strings.Join(tags, "\x00"), func(ctx context.Context) {
		p.b.models.invalidate(ctx, tags)
	})
}

// wrotePairs is wrote of the models that a relation is of.
func (p *plan) wrotePairs(ctx context.Context, h database.Handle, f *relation) error {
	return errors.Join(p.wrote(ctx, h, "relate"), p.b.plans[f.target].wrote(ctx, h, "relate"))
}
