package vola

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// statementLog says what the setting LOG_SQL may be.
type statementLog string

// UnmarshalText reads the setting.
func (l *statementLog) UnmarshalText(text []byte) error {
	switch s := statementLog(text); s {
	case "off", "on", "redacted":
		*l = s
		return nil
	}
	return fmt.Errorf("%q is none of off, on and redacted", text)
}

// observer returns what logs every statement, or nil.
func (l statementLog) observer(log *slog.Logger) func(context.Context, database.Statement) {
	if l == "off" || l == "" {
		return nil
	}
	return func(ctx context.Context, s database.Statement) {
		attrs := []slog.Attr{
			slog.String("sql", s.SQL), slog.Duration("time", s.Duration), slog.Int64("rows", s.Rows),
			slog.String("caller", s.Caller),
		}
		if l == "on" {
			attrs = append(attrs, slog.Any("args", slices.Clone(s.Args)))
		}
		if s.Err != nil {
			attrs = append(attrs, slog.Any("error", s.Err))
		}
		if id := middleware.RequestIDFrom(ctx); id != "" {
			attrs = append(attrs, slog.String("id", id))
		}
		log.LogAttrs(ctx, slog.LevelInfo, "statement", attrs...)
	}
}

// repeatedStatements warns of statements that a request ran several times
// from one line: the sign of a query in a loop, which With would load at once.
// It is used in development.
func repeatedStatements(log *slog.Logger) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var c statementCount
			next.ServeHTTP(w, r.WithContext(database.Observe(r.Context(), c.add)))
			for _, s := range c.repeated() {
				log.Warn("the request ran equal statements; can one query load them all?", "times", s.times,
					"caller", s.caller, "sql", s.sql, "path", web.LogPath(w, r), "id", middleware.RequestIDFrom(r.Context()))
			}
		})
	}
}

// statementCount counts the statements of a request. It is safe for concurrent
// use.
type statementCount struct {
	mu  sync.Mutex
	all []countedStatement
}

type countedStatement struct {
	sql, caller string
	times       int
}

func (c *statementCount) add(_ context.Context, s database.Statement) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.all {
		if c.all[i].sql == s.SQL && c.all[i].caller == s.Caller {
			c.all[i].times++
			return
		}
	}
	c.all = append(c.all, countedStatement{s.SQL, s.Caller, 1})
}

// repeated returns the statements that ran more than once, the most frequent
// first; savepoints and the like are not worth a word.
func (c *statementCount) repeated() []countedStatement {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := slices.DeleteFunc(slices.Clone(c.all), func(s countedStatement) bool {
		return s.times < 2 || !strings.HasPrefix(s.sql, "SELECT")
	})
	slices.SortStableFunc(out, func(a, b countedStatement) int { return b.times - a.times })
	return out
}
