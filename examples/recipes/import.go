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

// importFile is the command that stores all recipes of a CSV file or, when one
// is wrong, none. A recipe of a title that is there already is changed.
func importFile(ctx context.Context, env module.Env, args []string) error {
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	lines.FieldsPerRecord = 6 // title, minutes, servings, tags (soup quick), ingredients (flour: 250 g; egg: 3), method
	return env.Host.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for record := 1; ; record++ {
			fields, err := lines.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = store(ctx, tx, fields)
			}
			if err != nil {
				return fmt.Errorf("%s, record %d: %w", args[0], record, err)
			}
		}
	})
}

// store stores the recipe of one record.
func store(ctx context.Context, tx *database.Tx, fields []string) error {
	rows := []Recipe{{Title: fields[0], Method: fields[5]}}
	recipe := &rows[0]
	err := errors.Join(orm.ParseSet(tx, recipe, Recipes.Minutes, fields[1]), orm.ParseSet(tx, recipe, Recipes.Servings, fields[2]))
	if err != nil {
		return err
	}
	if _, err := orm.Upsert(ctx, tx, rows, orm.OnConflict(Recipes.Title).Update(Recipes.Minutes, Recipes.Servings, Recipes.Method)); err != nil {
		return err
	}
	tags, err := orm.GetOrCreateEach(ctx, tx, Tags.Name.Set, strings.Fields(fields[3])...)
	if err != nil {
		return err
	}
	var names []string
	var amounts []Amount
	for text := range strings.SplitSeq(fields[4], "; ") {
		name, amount, _ := strings.Cut(text, ": ")
		quantity, unit, _ := strings.Cut(amount, " ")
		names, amounts = append(names, name), append(amounts, Amount{Quantity: quantity, Unit: unit})
	}
	ingredients, err := orm.GetOrCreateEach(ctx, tx, Ingredients.Name.Set, names...)
	if err != nil {
		return err
	}
	for i := range amounts {
		amounts[i].Ingredient.ID = ingredients[i].ID
	}
	if err := Recipes.Tags.Set(ctx, tx, recipe, tags...); err != nil {
		return err
	}
	return orm.ReplaceAll(ctx, tx, Recipes.Amounts, recipe, amounts)
}
