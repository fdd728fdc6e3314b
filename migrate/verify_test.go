package migrate_test

import (
	"testing"

	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// The copy that is tried on PostgreSQL has values of every type, in tables that
// refer to each other.
func TestVerifyCopiesEveryType(t *testing.T) {
	t.Parallel()
	column := func(name string, typ schema.Type) schema.Column {
		return schema.Column{Name: name, Type: typ, Null: true}
	}
	all := table("m_all",
		column("b", schema.Type{Kind: schema.Bool}), column("i2", schema.Type{Kind: schema.Int16}), column("i4", schema.Type{Kind: schema.Int32}),
		column("i8", schema.Type{Kind: schema.Int64}), column("f", schema.Type{Kind: schema.Float64}), column("s", schema.Type{Kind: schema.Text}),
		column("v", schema.Type{Kind: schema.Text, Size: 9}), column("raw", schema.Type{Kind: schema.Bytes}), column("at", schema.Type{Kind: schema.Time}),
		column("d", schema.Type{Kind: schema.Date}), column("c", schema.Type{Kind: schema.Clock}), column("dur", schema.Type{Kind: schema.Duration}),
		column("n", schema.Type{Kind: schema.Decimal, Precision: 30, Scale: 12}), column("u", schema.Type{Kind: schema.UUID}), column("j", schema.Type{Kind: schema.JSON}),
		null(number("next_id")))
	all.ForeignKeys = []schema.ForeignKey{foreignKey("m_all", "next_id", "m_all", schema.Cascade)}
	first := migrate.Group{Module: "m", Migrations: []migrate.Migration{initial("m", migrate.CreateTable{Table: all})}}
	second := migrate.Group{Module: "m", Migrations: append(first.Migrations, after("m", "0001_initial", "0002_more",
		migrate.AddColumn{Table: "m_all", Column: text("extra", 9), Backfill: migrate.Same("v")}))}
	db, scratch := databasetest.Postgres(t), databasetest.Postgres(t)
	apply(t, runner(t, db, graph(t, first)), migrate.Target{})
	exec(t, db, `INSERT INTO m_all (b, i2, i4, i8, f, s, v, raw, at, d, c, dur, n, u, j, next_id) VALUES
		(true, 1, 2, 3, 1.5, 'it''s', 'v', '\x00ff', '2026-11-23 08:00:00.123456+01', '2026-11-23', '23:59:59.5', '1 month 2 days 3 seconds',
		 123456789012345678.123456789012, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": [1, null]}', 1), (NULL, NULL, NULL, NULL, NULL, NULL, 'w', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`)
	if err := migrate.Verify(t.Context(), runner(t, db, graph(t, second)), scratch); err != nil {
		t.Fatal(err)
	}
	const q = "SELECT row_to_json(t)::text FROM (SELECT b, i2, i4, i8, f, s, v, raw, at, d, c, dur, n, u, j, next_id FROM m_all ORDER BY id) t"
	want(t, scratch, q, query(t, db, q)...)
}
