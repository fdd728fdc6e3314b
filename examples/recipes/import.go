package recipes

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// Import is the command that stores all recipes of a CSV file or, when one is
// wrong, none. A recipe of a title that is there already is changed.
func Import(ctx context.Context, env module.Env, args []string) error {
	if len(args) != 1 {
		return module.Usagef("import takes a CSV file of title, minutes, servings, tags (soup quick), ingredients (flour: 250 g; egg: 3), method")
	}
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	lines.FieldsPerRecord = 6
	return env.Host.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for {
			fields, err := lines.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err) // which names the line
			}
			if err := store(ctx, tx, fields); err != nil {
				line, _ := lines.FieldPos(0)
				return fmt.Errorf("%s, line %d: %w", args[0], line, err)
			}
		}
	})
}

// store stores the recipe of one line.
func store(ctx context.Context, tx *database.Tx, fields []string) error {
	minutes, errMinutes := number("minutes", fields[1], 1, maxMinutes)
	servings, errServings := number("servings", fields[2], 1, 100)
	if err := errors.Join(errMinutes, errServings); err != nil {
		return err
	}
	rows := []Recipe{{Title: fields[0], Minutes: minutes, Servings: servings, Method: fields[5]}}
	if _, err := orm.Upsert(ctx, tx, rows, orm.OnConflict(Recipes.Title).Update(Recipes.Minutes, Recipes.Servings, Recipes.Method)); err != nil {
		return err
	}
	var tags []*Tag
	for _, name := range strings.Fields(fields[3]) {
		tag, _, err := orm.GetOrCreate(ctx, tx, orm.By(Tags.Name.Set(name)), nil)
		if err != nil {
			return err
		}
		tags = append(tags, &tag)
	}
	if err := Recipes.Tags.Set(ctx, tx, &rows[0], tags...); err != nil {
		return err
	}
	recipe := orm.RefTo[Recipe](rows[0].ID)
	var amounts []Amount
	for text := range strings.SplitSeq(fields[4], "; ") {
		name, amount, _ := strings.Cut(text, ": ")
		quantity, unit, _ := strings.Cut(amount, " ")
		ingredient, _, err := orm.GetOrCreate(ctx, tx, orm.By(Ingredients.Name.Set(name)), nil)
		if err != nil {
			return err
		}
		amounts = append(amounts, Amount{Recipe: recipe, Ingredient: orm.RefTo[Ingredient](ingredient.ID), Quantity: quantity, Unit: unit})
	}
	if _, err := orm.From[Amount](tx).Where(Amounts.Recipe.Eq(recipe.ID)).Delete(ctx); err != nil {
		return err
	}
	return orm.CreateAll(ctx, tx, amounts)
}
