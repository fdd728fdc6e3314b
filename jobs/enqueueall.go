package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// EnqueueAll stores a job for each of the arguments, which are all of one type, and returns their IDs: with as few
// statements as the database lets. None may be unique.
func EnqueueAll[A any](ctx context.Context, h database.Handle, args []A, options ...EnqueueOption) (ids []int64, err error) {
	list := make([]any, len(args))
	for i := range args {
		list[i] = args[i]
	}
	return enqueueAll(ctx, h, list, options)
}

func enqueueAll(ctx context.Context, h database.Handle, args []any, options []EnqueueOption) (ids []int64, err error) {
	if len(args) == 0 {
		return nil, nil
	}
	r, err := runnerOf(h)
	if err != nil {
		return nil, fmt.Errorf("enqueue %T: %w", args[0], err)
	}
	rows := make([]Record, len(args))
	queues, alike := map[string]int{}, true
	for i, a := range args {
		d := r.declared.byType[reflect.TypeOf(a)]
		if d == nil {
			return nil, fmt.Errorf("enqueue %T: no module of the site declares a job with arguments of this type", a)
		}
		e, err := r.newJob(ctx, d, a, options)
		if err != nil {
			return nil, fmt.Errorf("enqueue %s: %w", d.kind, err)
		}
		if e.UniqueKey != nil {
			return nil, fmt.Errorf("enqueue %s: of many jobs at once none can be unique; enqueue each by itself", d.kind)
		}
		rows[i] = e.Record
		queues[e.Queue]++
		alike = alike && e.Kind == rows[0].Kind
	}
	for queue, n := range queues {
		if err := r.room(ctx, h, queue, n); err != nil {
			return nil, err
		}
	}
	if alike {
		ids, err = insertAlike(ctx, h, rows)
	} else if err = orm.CreateAll(ctx, h, rows); err == nil {
		for i := range rows {
			ids = append(ids, rows[i].ID)
		}
	}
	if err != nil {
		return nil, err
	}
	return ids, r.wakeAfter(ctx, h, rows[0].RunAt)
}

// What one statement of [insertAlike] stores at most.
const (
	mostInserted = 1000
	mostBytes    = 8 << 20 // of arguments, and one job more
)

// insertAlike stores jobs that differ in their arguments only, and returns their IDs. The arguments are sent as one
// array of JSON, and all else once.
func insertAlike(ctx context.Context, h database.Handle, rows []Record) (ids []int64, err error) {
	var parts [][]Record
	for begin, at, size := 0, 0, 0; at < len(rows); at++ {
		size += len(rows[at].Args) + len(rows[at].Sealed)
		if end := at + 1; end-begin == mostInserted || size >= mostBytes || end == len(rows) {
			parts = append(parts, rows[begin:end])
			begin, size = end, 0
		}
	}
	all := func(ctx context.Context, h database.Handle) error {
		ids = make([]int64, 0, len(rows))
		for _, part := range parts {
			some, err := insertPart(ctx, h, part)
			if err != nil {
				return err
			}
			ids = append(ids, some...)
		}
		return nil
	}
	if len(parts) == 1 {
		err = all(ctx, h)
	} else {
		err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return all(ctx, tx) })
	}
	return ids, err
}

func insertPart(ctx context.Context, h database.Handle, rows []Record) (ids []int64, err error) {
	texts, values := make([]string, len(rows)), "v.value, ?"
	columns, args := rows[0].columns()
	if rows[0].Sealed != "" {
		values = "?, v.value"
		for i := range rows {
			texts[i] = string(rows[i].Sealed)
		}
		args = slices.Delete(args, 1, 2)
	} else {
		for i := range rows {
			texts[i] = rows[i].Args
		}
		args = args[1:]
	}
	list, err := json.Marshal(texts)
	if err != nil {
		return nil, err
	}
	from := "json_each(?) AS v ORDER BY v.key"
	if locksRows(h) {
		from = `json_array_elements_text(?) WITH ORDINALITY AS v (value, "key") ORDER BY v."key"`
	}
	ids, err = orm.FromSQL[int64](h, "INSERT INTO jobs_job ("+columns+") SELECT "+values+strings.Repeat(", ?", len(args)-1)+" FROM "+from+" RETURNING id",
		append(args, string(list))...).All(ctx)
	if err != nil {
		return nil, err
	}
	if len(ids) != len(rows) {
		return nil, fmt.Errorf("%d of %d jobs were stored", len(ids), len(rows))
	}
	slices.Sort(ids) // they are numbered in order, and may be told in another
	return ids, nil
}
