#!/usr/bin/env bash
# Measures what models cost to compile: CPU seconds (user and system) of go
# build after an edit, the median of five. "make compilebench" is this script.
# It builds in a temporary directory with the checkout as its vola, and needs
# all modules in the module cache (go mod download).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/vola" ./cmd/vola

# median prints the median of the lines that it reads.
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# cpu prints the CPU seconds of a command.
cpu() {
	local TIMEFORMAT='%U %S'
	{ time "$@" >/dev/null 2>&1; } 2>&1 | awk '{print $1 + $2}'
}

# edits prints the median CPU seconds of a build after an edit of a package: of
# a function in it, because a comment leaves the object as it was.
edits() { # folder of the package, command
	local dir=$1 package i
	shift
	package=$(go list -f '{{.Name}}' "$dir")
	"$@" >/dev/null
	for i in $(seq "$runs"); do
		printf 'package %s\n\nfunc edited() int { return %d }\n\nvar _ = edited\n' "$package" "$RANDOM$i" >"$dir/edited.go"
		cpu "$@"
	done | median
	rm -f "$dir/edited.go"
}

# models writes a package of 30 models with 12 columns, and one that uses them.
models() {
	local i
	mkdir -p many uses
	{
		printf 'package many\n\nimport (\n\t"time"\n\n\t"github.com/volaweb/vola/orm"\n)\n\ntype Status string\n'
		for i in $(seq 10 39); do
			printf '\ntype Model%d struct {\n\tID int64\n\tName string\n\tSlug string\n\tBody *string\n\tStatus Status\n\tHits int64\n\tRank *int64\n\tScore float64\n\tDone bool\n\tCreated time.Time\n\tDue *time.Time\n\tParent orm.Ref[Model%d]\n}\n\nvar _ = orm.Model[Model%d]()\n' "$i" "$i" "$i"
		done
	} >many/models.go
	{
		printf 'package uses\n\nimport (\n\t"context"\n\n\t"github.com/volaweb/vola/database"\n\t"github.com/volaweb/vola/orm"\n\n\t. "example.org/mysite/many"\n)\n'
		for i in $(seq 10 39); do
			printf '\nfunc Ask%d(ctx context.Context, db *database.DB) ([]Model%d, error) {\n\treturn orm.From[Model%d](db).Where(Model%ds.Name.Eq("x"), Model%ds.Hits.Ge(3)).OrderBy(Model%ds.Created.Desc()).Limit(10).All(ctx)\n}\n' "$i" "$i" "$i" "$i" "$i" "$i"
		done
	} >uses/uses.go
}

cd "$work"
"$work/vola" new mysite --module example.org/mysite --replace "$root" >/dev/null
cd mysite
"$work/vola" app shop >/dev/null
models
"$work/vola" gen ./... >/dev/null
echo "| what | CPU seconds |"
echo "|---|---|"
echo "| examples/hr (8 models), an edit | $(cd "$root" && edits ./examples/hr go build ./examples/hr) |"
echo "| 30 models of 12 columns, an edit | $(edits ./many go build ./many) |"
echo "| a package that asks each of them a query, an edit | $(edits ./uses go build ./uses) |"
echo "| a new site with an app: an edit of the app to the linked program | $(edits ./shop go build -o site .) |"
echo "| the same, -ldflags='-s -w' | $(edits ./shop go build -ldflags='-s -w' -o site .) |"
echo "| go build with nothing to do | $(for i in $(seq "$runs"); do cpu go build -o site .; done | median) |"
go build -ldflags='-s -w' -o site .
echo "| size of that program, stripped | $(($(stat -c %s site) / 1000000)) MB |"

# A cold build of the site, and of a program that imports what it stands on.
mkdir base
cat >base/main.go <<'GO'
package main

import (
	"html/template"
	"net/http"

	_ "github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite"
)

func main() {
	http.ListenAndServe("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		template.Must(template.New("x").Parse("{{.}}")).Execute(w, r.URL.Path)
	}))
}
GO
go mod tidy -e >/dev/null 2>&1 || true
cold() {
	GOCACHE=$(mktemp -d -p "$work") cpu go build -o cold "$1"
}
echo "| cold build of net/http, html/template, modernc.org/sqlite and pgx | $(cold ./base) |"
echo "| cold build of the site | $(cold .) |"
