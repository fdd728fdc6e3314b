// Package programs has the twenty commonest programs of a site's work with its
// rows, each three times: with Vola, ent and bun; testdata/django.py has them
// for Django. A test runs them on equal databases and compares what they return
// and what they leave in the tables, and another counts the lines of each for
// docs/comparison.md.
//
// All are written to one rule, so that lines can be compared: no line has more
// than 110 characters, a tab counted as four, and a line is broken only for that.
package programs
