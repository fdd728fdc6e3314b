package postgres_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
)

// TestOtherEncodingsAreRefused opens databases that do not hold all texts.
func TestOtherEncodingsAreRefused(t *testing.T) {
	t.Parallel()
	address := databasetest.PostgresURL(t)
	db, err := database.Open(t.Context(), database.Config{URL: address, Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, encoding := range []string{"SQL_ASCII", "LATIN1"} {
		name := strings.TrimPrefix(u.Path, "/") + "_" + strings.ToLower(encoding)
		create := "CREATE DATABASE " + database.Quote(name) + " ENCODING '" + encoding + "' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
		if _, err := db.Exec(t.Context(), create+" LOCALE_PROVIDER libc"); err != nil {
			if _, err = db.Exec(t.Context(), create); err != nil { // before 15
				t.Fatal(err)
			}
		}
		other := *u
		other.Path = "/" + name
		_, err := database.Open(t.Context(), database.Config{URL: other.String(), Drivers: databasetest.Drivers()})
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), encoding) || !strings.Contains(err.Error(), "UTF8") {
			t.Errorf("%s: %v", encoding, err)
		}
		if _, err := db.Exec(t.Context(), "DROP DATABASE "+database.Quote(name)+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	}
}

// TestClientEncoding has a URL that asks for texts in another encoding.
func TestClientEncoding(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(databasetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("client_encoding", "LATIN1")
	u.RawQuery = query.Encode()
	db, err := database.Open(t.Context(), database.Config{URL: u.String(), Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text string
	if err := database.QueryRow(t.Context(), db, []any{&text}, "SELECT '€' || $1::text", "ü"); err != nil || text != "€ü" {
		t.Errorf("%q, %v", text, err)
	}
}
