package messages_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/messages"
	"github.com/volaweb/vola/internal/po"
)

// TestUpdateLosesNothing updates catalogues of all kinds for texts of all kinds: what a
// person has written is in the result, which is the same for a second update, and has each
// message once, as gettext demands.
func TestUpdateLosesNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		file := randomCatalogue(random)
		var texts []messages.Text
		var keep []po.Key
		for _, id := range []string{"a", "b", "c"} {
			text := messages.Text{Key: po.Key{ID: id}, Plural: []string{"", id + "s", id + "z"}[random.IntN(3)]}
			switch random.IntN(3) {
			case 0:
				texts = append(texts, text)
			case 1:
				keep = append(keep, text.Key)
			}
		}
		before := string(file.Append(nil))
		updated := messages.Update(file, texts, keep)
		after := string(updated.Append(nil))
		for i := range file.Entries {
			for _, written := range slices.Concat(file.Entries[i].Text, file.Entries[i].Comments, file.End) {
				if !strings.Contains(written, "\n") && !strings.Contains(after, written) {
					t.Fatalf("%q is lost\n%s\nfor %v, keep %v:\n%s", written, before, texts, keep, after)
				}
			}
		}
		seen := map[po.Key]bool{}
		for i := range updated.Entries {
			if key := updated.Entries[i].Key(); seen[key] {
				t.Fatalf("%v is there twice:\n%s", key, after)
			} else {
				seen[key] = true
			}
		}
		again, err := po.Parse([]byte(after))
		if err != nil {
			t.Fatalf("%v\n%s", err, after)
		}
		if diff := cmp.Diff(after, string(messages.Update(again, texts, keep).Append(nil))); diff != "" {
			t.Fatalf("a second time:\n%s", diff)
		}
	}
}

// randomCatalogue returns a catalogue with one to four forms of plurals, or none that it
// knows of, and some messages that are in it both used and no longer used.
func randomCatalogue(random *rand.Rand) *po.File {
	file := &po.File{End: []string{"the end"}}
	if n := random.IntN(5); n > 0 {
		file = messages.New("de", fmt.Sprintf("nplurals=%d; plural=0;", n))
	}
	for _, obsolete := range []bool{false, true, true} {
		for _, id := range []string{"a", "b", "c", "d"} {
			if random.IntN(2) == 0 {
				continue
			}
			name := func(what string) string { return fmt.Sprintf("%s-%s-%d", what, id, random.IntN(1e9)) }
			e := po.Entry{ID: id, Text: []string{""}, Obsolete: obsolete}
			if random.IntN(2) == 0 {
				e.Plural, e.Text = id+"s", make([]string, 1+random.IntN(5))
			}
			if random.IntN(3) > 0 {
				for i := range e.Text {
					e.Text[i] = name("text")
				}
			}
			if random.IntN(3) == 0 {
				e.Comments = []string{name("comment")}
			}
			if random.IntN(4) == 0 {
				e.Flags = []string{"fuzzy"}
			}
			file.Entries = append(file.Entries, e)
		}
	}
	return file
}

// TestFormsAreThoseOfTheLanguage: a new text has as many forms as the header says, and a
// translation with fewer is one that a person must look at.
func TestFormsAreThoseOfTheLanguage(t *testing.T) {
	t.Parallel()
	texts := []messages.Text{{Key: po.Key{ID: "{n} day"}, Plural: "{n} days"}}
	for forms := 1; forms <= 4; forms++ {
		file := messages.New("xx", fmt.Sprintf("nplurals=%d; plural=0;", forms))
		added := messages.Update(file, texts, nil)
		if got := len(added.Entries[1].Text); got != forms {
			t.Errorf("a new text has %d forms of %d", got, forms)
		}
		for had := 1; had <= 4; had++ {
			old := texts[0]
			file.Entries = append(file.Entries[:1:1], po.Entry{ID: old.ID, Plural: old.Plural, Text: []string{"1", "2", "3", "4"}[:had]})
			e := messages.Update(file, texts, nil).Entries[1]
			if len(e.Text) != max(had, forms) || e.Fuzzy() != (had < forms) {
				t.Errorf("%d forms of %d: %q, to be looked at: %v", had, forms, e.Text, e.Fuzzy())
			}
		}
	}
}
