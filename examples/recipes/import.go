package recipes

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// importFiles stores the recipes of CSV files, all or none. A line has a title,
// minutes, servings, tags ("soup; quick"), ingredients ("flour: 250 g; egg: 3")
// and the method. Recipes that are there already are changed.
func importFiles(ctx context.Context, env module.Env, names []string) error {
	if len(names) == 0 {
		return module.Usagef("import takes the names of CSV files: title, minutes, servings, tags, ingredients, method")
	}
	created := 0
	err := env.Host.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, name := range names {
			if err := importFile(ctx, tx, name, &created); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stdout, "%d new recipes\n", created)
	return err
}

func importFile(ctx context.Context, tx *database.Tx, name string, created *int) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	lines.FieldsPerRecord = 6
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err) // which has the line
		}
		n, err := store(ctx, tx, fields)
		if err != nil {
			line, _ := lines.FieldPos(0)
			return fmt.Errorf("%s, line %d: %w", name, line, err)
		}
		*created += n
	}
}

func store(ctx context.Context, tx *database.Tx, fields []string) (created int, err error) {
	minutes, err := number("minutes", fields[1], 1, maxMinutes)
	if err != nil {
		return 0, err
	}
	servings, err := number("servings", fields[2], 1, 100)
	if err != nil {
		return 0, err
	}
	recipes := []Recipe{{Slug: slug(fields[0]), Title: fields[0], Minutes: int64(minutes), Servings: int64(servings), Method: fields[5]}}
	if recipes[0].Slug == "" {
		return 0, errors.New("the recipe has no title")
	}
	created, err = orm.Upsert(ctx, tx, recipes,
		orm.OnConflict(Recipes.Slug).Update(Recipes.Title, Recipes.Minutes, Recipes.Servings, Recipes.Method))
	if err != nil {
		return 0, err
	}
	recipe := &recipes[0]
	var tags []*Tag
	for _, name := range list(fields[3]) {
		tag, _, err := orm.GetOrCreate(ctx, tx, orm.By(Tags.Name.Set(name)), nil)
		if err != nil {
			return 0, err
		}
		tags = append(tags, &tag)
	}
	if err := Recipes.Tags.Set(ctx, tx, recipe, tags...); err != nil {
		return 0, err
	}
	if _, err := orm.From[Amount](tx).Where(Amounts.Recipe.Eq(recipe.ID)).Delete(ctx); err != nil {
		return 0, err
	}
	var amounts []Amount
	for _, text := range list(fields[4]) {
		name, amount, _ := strings.Cut(text, ":")
		quantity, unit, _ := strings.Cut(strings.TrimSpace(amount), " ")
		ingredient, _, err := orm.GetOrCreate(ctx, tx, orm.By(Ingredients.Name.Set(name)), nil)
		if err != nil {
			return 0, err
		}
		amounts = append(amounts, Amount{
			Recipe: orm.RefTo[Recipe](recipe.ID), Ingredient: orm.RefTo[Ingredient](ingredient.ID), Quantity: quantity, Unit: unit,
		})
	}
	return created, orm.CreateAll(ctx, tx, amounts)
}

// list splits "soup; quick".
func list(text string) []string {
	return strings.FieldsFunc(strings.ReplaceAll(text, "; ", ";"), func(r rune) bool { return r == ';' })
}

// slug makes "Crème brûlée!" "crème-brûlée".
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}
