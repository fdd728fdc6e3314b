package recipes

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

const bestSQL = `
	SELECT tag, title, rating FROM (
		SELECT t.name AS tag, r.title, CAST(r.stars AS double precision) / r.ratings AS rating,
			row_number() OVER (PARTITION BY t.id ORDER BY CAST(r.stars AS double precision) / r.ratings DESC, r.title) AS place
		FROM recipes_tag t
		JOIN recipes_recipe_tags rt ON rt.tag_id = t.id
		JOIN recipes_recipe r ON r.id = rt.recipe_id
		WHERE r.ratings >= ?
	) ranked WHERE place = 1 ORDER BY tag`

// best prints the recipe of each tag that visitors like best.
func best(ctx context.Context, env module.Env, _ []string) error {
	type line struct {
		Tag, Title string
		Rating     float64
	}
	for l, err := range orm.FromSQL[line](env.Host.DB, bestSQL, 1).Iter(ctx) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(env.Stdout, "%-12s %.1f  %s\n", l.Tag, l.Rating, l.Title); err != nil {
			return err
		}
	}
	return nil
}
