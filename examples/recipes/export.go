package recipes

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// export is the command that prints all recipes in the form that import reads, however many there are.
func export(ctx context.Context, env module.Env, _ []string) error {
	out := csv.NewWriter(env.Stdout)
	all := orm.From[Recipe](env.Host.DB).OrderBy(Recipes.Title.Asc()).
		With(Recipes.Tags, Recipes.Amounts.Then(Amounts.Ingredient))
	for r, err := range all.Iter(ctx) {
		if err != nil {
			return err
		}
		var tags, amounts []string
		for _, tag := range r.Tags.Rows() {
			tags = append(tags, tag.Name)
		}
		for _, a := range r.Amounts.Rows() {
			amounts = append(amounts, strings.TrimSpace(a.Ingredient.Row().Name+": "+a.Short()+" "+a.Unit))
		}
		err := out.Write([]string{r.Title, fmt.Sprint(r.Minutes), fmt.Sprint(r.Servings),
			strings.Join(tags, " "), strings.Join(amounts, "; "), r.Method})
		if err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
