package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0001Initial = migrate.Migration{
	Name: "0001_initial",
	Operations: []migrate.Operation{
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_batch",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "total", Type: schema.Type{Kind: schema.Int32}},
					{Name: "left", Type: schema.Type{Kind: schema.Int32}},
					{Name: "failed", Type: schema.Type{Kind: schema.Int32}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "kind", Type: schema.Type{Kind: schema.Text}},
					{Name: "args", Type: schema.Type{Kind: schema.Text}},
				},
				PrimaryKey: []string{"id"},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_effect",
				Columns: []schema.Column{
					{Name: "key", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "at", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"key"},
				Indexes: []schema.Index{
					{Name: "jobs_effect_at_cad1a5ad", Columns: []schema.IndexColumn{{Column: "at"}}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_job",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "kind", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "queue", Type: schema.Type{Kind: schema.Text, Size: 50}},
					{Name: "state", Type: schema.Type{Kind: schema.Text, Size: 10}},
					{Name: "priority", Type: schema.Type{Kind: schema.Int32}},
					{Name: "run_at", Type: schema.Type{Kind: schema.Time}},
					{Name: "args", Type: schema.Type{Kind: schema.Text}},
					{Name: "sealed", Type: schema.Type{Kind: schema.Text}},
					{Name: "version", Type: schema.Type{Kind: schema.Int32}},
					{Name: "attempt", Type: schema.Type{Kind: schema.Int32}},
					{Name: "max_attempts", Type: schema.Type{Kind: schema.Int32}},
					{Name: "crashes", Type: schema.Type{Kind: schema.Int32}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "started", Type: schema.Type{Kind: schema.Time}, Null: true},
					{Name: "finished", Type: schema.Type{Kind: schema.Time}, Null: true},
					{Name: "deadline", Type: schema.Type{Kind: schema.Time}, Null: true},
					{Name: "worker", Type: schema.Type{Kind: schema.Text, Size: 40}},
					{Name: "stop", Type: schema.Type{Kind: schema.Bool}},
					{Name: "unique_key", Type: schema.Type{Kind: schema.Text, Size: 43}, Null: true},
					{Name: "batch", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "follows", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "limit_key", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "admitted", Type: schema.Type{Kind: schema.Bool}},
					{Name: "paced", Type: schema.Type{Kind: schema.Bool}},
					{Name: "progress", Type: schema.Type{Kind: schema.Int32}},
					{Name: "progress_text", Type: schema.Type{Kind: schema.Text, Size: 500}},
					{Name: "result", Type: schema.Type{Kind: schema.Text}},
					{Name: "error", Type: schema.Type{Kind: schema.Text}},
					{Name: "language", Type: schema.Type{Kind: schema.Text, Size: 35}},
					{Name: "request", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "depth", Type: schema.Type{Kind: schema.Int32}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "jobs_job_unique_key_key", Columns: []string{"unique_key"}},
				},
				Indexes: []schema.Index{
					{Name: "jobs_job_ended", Columns: []schema.IndexColumn{{Column: "state"}, {Column: "finished"}}, Where: "finished IS NOT NULL"},
					{Name: "jobs_job_held", Columns: []schema.IndexColumn{{Column: "limit_key"}, {Column: "priority", Desc: true}, {Column: "run_at"}, {Column: "id"}}, Where: "state = 'held'"},
					{Name: "jobs_job_limited", Columns: []schema.IndexColumn{{Column: "limit_key"}}, Where: "state = 'running' AND limit_key <> ''"},
					{Name: "jobs_job_ready", Columns: []schema.IndexColumn{{Column: "queue"}, {Column: "priority", Desc: true}, {Column: "run_at"}, {Column: "id"}}, Where: "state = 'ready'"},
					{Name: "jobs_job_running", Columns: []schema.IndexColumn{{Column: "worker"}}, Where: "state = 'running'"},
					{Name: "jobs_job_waiting", Columns: []schema.IndexColumn{{Column: "run_at"}}, Where: "state = 'waiting'"},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_failure",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "job_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "attempt", Type: schema.Type{Kind: schema.Int32}},
					{Name: "at", Type: schema.Type{Kind: schema.Time}},
					{Name: "worker", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "error", Type: schema.Type{Kind: schema.Text}},
					{Name: "stack", Type: schema.Type{Kind: schema.Text}},
				},
				PrimaryKey: []string{"id"},
				Indexes: []schema.Index{
					{Name: "jobs_failure_job_id_047f7269", Columns: []schema.IndexColumn{{Column: "job_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "jobs_failure_job_id_047f7269_fk_jobs_job_id", Columns: []string{"job_id"}, RefTable: "jobs_job", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_line",
				Columns: []schema.Column{
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 50}},
					{Name: "paused", Type: schema.Type{Kind: schema.Bool}},
				},
				PrimaryKey: []string{"name"},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_pace",
				Columns: []schema.Column{
					{Name: "key", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "next", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"key"},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_process",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Text, Size: 40}},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "place", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "pid", Type: schema.Type{Kind: schema.Int64}},
					{Name: "began", Type: schema.Type{Kind: schema.Int64}},
					{Name: "beat", Type: schema.Type{Kind: schema.Int64}},
					{Name: "seen", Type: schema.Type{Kind: schema.Time}},
					{Name: "started", Type: schema.Type{Kind: schema.Time}},
					{Name: "queues", Type: schema.Type{Kind: schema.Text}},
					{Name: "kinds", Type: schema.Type{Kind: schema.Text}},
				},
				PrimaryKey: []string{"id"},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "jobs_schedule",
				Columns: []schema.Column{
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 160}},
					{Name: "spec", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "next", Type: schema.Type{Kind: schema.Time}},
					{Name: "last", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"name"},
			},
		},
	},
}
