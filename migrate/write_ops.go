package migrate

import "errors"

func (o CreateTable) write(w *writer) {
	w.literal("migrate.CreateTable", func() {
		w.b.WriteString("Table: schema.Table{\n")
		w.table(o.Table)
		w.b.WriteString("},\n")
		w.safe(o.Safe)
	})
}

func (o DropTable) write(w *writer) {
	w.literal("migrate.DropTable", func() { w.str("Table", o.Table); w.safe(o.Safe) })
}

func (o RenameTable) write(w *writer) {
	w.literal("migrate.RenameTable", func() {
		w.str("Table", o.Table)
		w.str("To", o.To)
		w.str("From", o.From)
		w.safe(o.Safe)
	})
}

func (o RenameConstraint) write(w *writer) {
	w.literal("migrate.RenameConstraint", func() { w.str("Table", o.Table); w.str("Name", o.Name); w.str("To", o.To); w.safe(o.Safe) })
}

func (o AddColumn) write(w *writer) {
	w.literal("migrate.AddColumn", func() {
		w.str("Table", o.Table)
		w.printf("Column: %s,\n", w.columnLiteral(o.Column, "schema.Column"))
		w.sql("Backfill", o.Backfill)
		w.safe(o.Safe)
	})
}

func (o DropColumn) write(w *writer) {
	w.literal("migrate.DropColumn", func() {
		w.str("Table", o.Table)
		w.str("Column", o.Column)
		w.sql("Restore", o.Restore)
		w.safe(o.Safe)
	})
}

func (o RenameColumn) write(w *writer) {
	w.literal("migrate.RenameColumn", func() { w.str("Table", o.Table); w.str("Column", o.Column); w.str("To", o.To); w.safe(o.Safe) })
}

func (o AlterColumn) write(w *writer) {
	w.literal("migrate.AlterColumn", func() {
		w.str("Table", o.Table)
		w.printf("Column: %s,\n", w.columnLiteral(o.Column, "schema.Column"))
		w.sql("Backfill", o.Backfill)
		w.sql("Convert", o.Convert)
		w.sql("Restore", o.Restore)
		w.sql("ConvertBack", o.ConvertBack)
		w.safe(o.Safe)
	})
}

func (o AddIndex) write(w *writer) {
	w.literal("migrate.AddIndex", func() {
		w.str("Table", o.Table)
		w.printf("Index: %s,\n", indexLiteral(o.Index, "schema.Index"))
		w.flag("Concurrently", o.Concurrently)
		w.safe(o.Safe)
	})
}

func (o DropIndex) write(w *writer) {
	w.literal("migrate.DropIndex", func() {
		w.str("Table", o.Table)
		w.str("Index", o.Index)
		w.flag("Concurrently", o.Concurrently)
		w.safe(o.Safe)
	})
}

func (o AddUnique) write(w *writer) {
	w.literal("migrate.AddUnique", func() {
		w.str("Table", o.Table)
		w.printf("Unique: %s,\n", uniqueLiteral(o.Unique, "schema.Unique"))
		w.safe(o.Safe)
	})
}

func (o DropUnique) write(w *writer) {
	w.literal("migrate.DropUnique", func() { w.str("Table", o.Table); w.str("Unique", o.Unique); w.safe(o.Safe) })
}

func (o AddCheck) write(w *writer) {
	w.literal("migrate.AddCheck", func() {
		w.str("Table", o.Table)
		w.printf("Check: %s,\n", checkLiteral(o.Check, "schema.Check"))
		w.flag("NotValid", o.NotValid)
		w.safe(o.Safe)
	})
}

func (o DropCheck) write(w *writer) {
	w.literal("migrate.DropCheck", func() { w.str("Table", o.Table); w.str("Check", o.Check); w.safe(o.Safe) })
}

func (o AddForeignKey) write(w *writer) {
	w.literal("migrate.AddForeignKey", func() {
		w.str("Table", o.Table)
		w.printf("ForeignKey: %s,\n", foreignKeyLiteral(o.ForeignKey, "schema.ForeignKey"))
		w.flag("NotValid", o.NotValid)
		w.safe(o.Safe)
	})
}

func (o DropForeignKey) write(w *writer) {
	w.literal("migrate.DropForeignKey", func() { w.str("Table", o.Table); w.str("ForeignKey", o.ForeignKey); w.safe(o.Safe) })
}

func (o AlterPrimaryKey) write(w *writer) {
	w.literal("migrate.AlterPrimaryKey", func() {
		w.str("Table", o.Table)
		w.printf("Columns: %s,\n", stringsLiteral(o.Columns))
		w.safe(o.Safe)
	})
}

func (o Validate) write(w *writer) {
	w.literal("migrate.Validate", func() { w.str("Table", o.Table); w.str("Constraint", o.Constraint) })
}

func (o RunSQL) write(w *writer) {
	w.literal("migrate.RunSQL", func() {
		w.sqls("Up", o.Up)
		w.sqls("Down", o.Down)
		w.flag("Irreversible", o.Irreversible)
		w.safe(o.Safe)
	})
}

func (o RunGo) write(w *writer) {
	if !w.canonical {
		w.err = errors.New("code in Go cannot be written by a program")
	}
	w.literal("migrate.RunGo", func() {
		w.str("Name", o.Name)
		w.flag("Irreversible", o.Irreversible)
	})
}
