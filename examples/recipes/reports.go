package recipes

import (
	"context"
	"fmt"
	"net/http"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
)

// latest is an endless list, newest first: "next" leads to what comes then, by
// the address /latest.json?after=NEXT.
func (b *box) latest(w http.ResponseWriter, r *http.Request) error {
	type entry struct {
		ID    int64  `json:"id"`
		Title string `json:"title"`
	}
	q := orm.From[Recipe](b.DB).OrderBy(Recipes.Added.Desc())
	part, err := orm.Select[entry](q, Recipes.ID, Recipes.Title).Seek(r.Context(), r.URL.Query().Get("after"), 10)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, map[string]any{"recipes": part.Items, "next": part.Next})
}

const bestSQL = `
	SELECT tag, title, rating FROM (
		SELECT tag.name AS tag, rated.title, rated.rating,
			row_number() OVER (PARTITION BY tag.id ORDER BY rated.rating DESC, rated.title) AS place
		FROM (SELECT id, title, CAST(stars AS double precision) / ratings AS rating FROM recipes_recipe WHERE ratings >= ?) rated
		JOIN recipes_recipe_tags pair ON pair.recipe_id = rated.id
		JOIN recipes_tag tag ON tag.id = pair.tag_id
	) placed WHERE place = 1 ORDER BY tag`

// best is the command that prints the recipe of each tag that is rated best.
func best(ctx context.Context, env module.Env, _ []string) error {
	type row struct {
		Tag, Title string
		Rating     float64
	}
	for row, err := range orm.FromSQL[row](env.Host.DB, bestSQL, 1).Iter(ctx) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(env.Stdout, "%-12s %.1f  %s\n", row.Tag, row.Rating, row.Title); err != nil {
			return err
		}
	}
	return nil
}
