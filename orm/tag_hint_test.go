package orm_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/orm"
)

type (
	misspelt struct {
		ID     int64
		Title  string `db:"siz=100"`
		Author string `db:"uniqe"`
		Color  string `db:"colour_of_the_column=x"`
	}
	staleAndWrong struct {
		ID    int64
		Title string `db:"siz=100"`
	}
	staleOnly struct {
		ID    int64
		Title string
	}
)

func (*staleAndWrong) Descriptors() any {
	return struct {
		ID   *orm.Number[*staleAndWrong, int64]
		Name *orm.Text[*staleAndWrong, string]
	}{}
}

func (*staleOnly) Descriptors() any {
	return struct {
		ID   *orm.Number[*staleOnly, int64]
		Name *orm.Text[*staleOnly, string]
	}{}
}

// TestMisspeltTags: a tag that is not known is answered with the one that was
// meant, or with all.
func TestMisspeltTags(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[misspelt]()}})
	for _, want := range []string{
		`field Title: tag db:"siz=100": option "siz" is not known; did you mean size?`,
		`field Author: tag db:"uniqe": option "uniqe" is not known; did you mean unique?`,
		`option "colour_of_the_column" is not known; the options are size=N, unique, `,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestStaleDescriptorsAreReportedAlone: a field with a wrong tag is left out of
// the model, which is no reason to run vola gen.
func TestStaleDescriptorsAreReportedAlone(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[staleAndWrong]()}})
	if err == nil || !strings.Contains(err.Error(), "siz") || strings.Contains(err.Error(), "vola gen") {
		t.Errorf("%v, want the tag and nothing else", err)
	}
	_, err = orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[staleOnly]()}})
	if err == nil || !strings.Contains(err.Error(), "vola_gen.go is out of date: Title is missing, it describes Name, which the model does not have; run: vola gen") {
		t.Errorf("%v, want vola gen", err)
	}
}
