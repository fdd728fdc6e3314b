package po

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Plurals says which form of a message is for which number, by the field
// Plural-Forms of a header, such as "nplurals=2; plural=(n != 1);"
// (https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html).
type Plurals struct {
	Forms int
	root  node
}

// maxExpression is the longest expression, in bytes, and maxDepth how deep it may
// be; those of CLDR's rules are far shorter.
const (
	maxExpression = 2000
	maxDepth      = 100
)

// ParsePlurals reads the field.
func ParsePlurals(field string) (*Plurals, error) {
	p := &Plurals{}
	var expression string
	for part := range strings.SplitSeq(field, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.TrimSpace(name) {
		case "nplurals":
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 1 || n > MaxForms {
				return nil, fmt.Errorf("Plural-Forms: nplurals=%s is not a number from 1 to %d", shorten(strings.TrimSpace(value)), MaxForms)
			}
			p.Forms = n
		case "plural":
			expression = value
		}
	}
	if p.Forms == 0 || expression == "" {
		return nil, fmt.Errorf("Plural-Forms is of the form \"nplurals=2; plural=(n != 1);\", not %q", shorten(field))
	}
	if len(expression) > maxExpression {
		return nil, fmt.Errorf("Plural-Forms: the expression has more than %d bytes", maxExpression)
	}
	e := expr{text: expression}
	var err error
	if p.root, err = e.ternary(0); err == nil && e.peek() != "" {
		err = fmt.Errorf("%q is not expected", shorten(e.text))
	}
	if err != nil {
		return nil, fmt.Errorf("Plural-Forms: plural=%s: %w", shorten(strings.TrimSpace(expression)), err)
	}
	// What an expression can be too large for, it is for one of these.
	for _, by := range [...]uint64{1, 1_000_000} {
		for n := range uint64(1000) {
			if _, err := p.form(n * by); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// Form returns the number of the form for n, from 0.
func (p *Plurals) Form(n uint64) int {
	form, err := p.form(n)
	if err != nil {
		return p.Forms - 1
	}
	return form
}

func (p *Plurals) form(n uint64) (int, error) {
	v, ok := p.root.value(n)
	if !ok {
		return 0, fmt.Errorf("Plural-Forms: the expression divides by zero for %d", n)
	}
	if v >= uint64(p.Forms) {
		return 0, fmt.Errorf("Plural-Forms: the expression is %d for %d, and there are %d forms", v, n, p.Forms)
	}
	return int(v), nil
}

// node is a part of an expression in C.
type node struct {
	op      string // "n", "#" for a number, "?", or an operator
	number  uint64
	a, b, c *node
}

func (x *node) value(n uint64) (v uint64, ok bool) {
	switch x.op {
	case "n":
		return n, true
	case "#":
		return x.number, true
	}
	a, ok := x.a.value(n)
	if !ok {
		return 0, false
	}
	switch {
	case x.op == "!":
		return truth(a == 0), true
	case x.op == "?" && a != 0:
		return x.b.value(n)
	case x.op == "?":
		return x.c.value(n)
	case x.op == "&&" && a == 0:
		return 0, true
	case x.op == "||" && a != 0:
		return 1, true
	}
	b, ok := x.b.value(n)
	if !ok || (x.op == "%" || x.op == "/") && b == 0 {
		return 0, false
	}
	switch x.op {
	case "&&", "||":
		return truth(b != 0), true
	case "==":
		return truth(a == b), true
	case "!=":
		return truth(a != b), true
	case "<":
		return truth(a < b), true
	case "<=":
		return truth(a <= b), true
	case ">":
		return truth(a > b), true
	case ">=":
		return truth(a >= b), true
	case "%":
		return a % b, true
	case "/":
		return a / b, true
	case "*":
		return a * b, true
	case "+":
		return a + b, true
	}
	return a - b, true
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// expr reads an expression.
type expr struct{ text string }

// levels are the operators, from those that bind least.
const levels = "|| && ==,!= <=,>=,<,> +,- *,/,%"

var errEnds = errors.New("it ends too early")

// peek returns the next operator, name or number; "" at the end.
func (e *expr) peek() string {
	e.text = strings.TrimLeft(e.text, " \t")
	if e.text == "" {
		return ""
	}
	for _, op := range [...]string{"||", "&&", "==", "!=", "<=", ">="} {
		if strings.HasPrefix(e.text, op) {
			return op
		}
	}
	end := 1
	for isDigit(e.text[0]) && end < len(e.text) && isDigit(e.text[end]) {
		end++
	}
	return e.text[:end]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (e *expr) take(token string) { e.text = e.text[len(token):] }

func (e *expr) ternary(depth int) (node, error) {
	a, err := e.binary(0, depth)
	if err != nil || e.peek() != "?" {
		return a, err
	}
	e.take("?")
	if depth > maxDepth {
		return a, fmt.Errorf("it is nested more than %d times", maxDepth)
	}
	b, err := e.ternary(depth + 1)
	if err != nil {
		return a, err
	}
	if e.peek() != ":" {
		return a, errors.New("a question mark has no colon after it")
	}
	e.take(":")
	c, err := e.ternary(depth + 1)
	return node{op: "?", a: &a, b: &b, c: &c}, err
}

// binary reads operators of a level and those that bind more.
func (e *expr) binary(level, depth int) (node, error) {
	all := strings.Fields(levels)
	if level == len(all) {
		return e.unary(depth)
	}
	a, err := e.binary(level+1, depth)
	for err == nil {
		op := e.peek()
		if op == "" || !contains(all[level], op) {
			break
		}
		e.take(op)
		var b node
		b, err = e.binary(level+1, depth)
		left := a
		a = node{op: op, a: &left, b: &b}
	}
	return a, err
}

func contains(ops, op string) bool {
	for known := range strings.SplitSeq(ops, ",") {
		if known == op {
			return true
		}
	}
	return false
}

func (e *expr) unary(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("it is nested more than %d times", maxDepth)
	}
	switch token := e.peek(); {
	case token == "":
		return node{}, errEnds
	case token == "!":
		e.take(token)
		a, err := e.unary(depth + 1)
		return node{op: "!", a: &a}, err
	case token == "(":
		e.take(token)
		a, err := e.ternary(depth + 1)
		if err == nil && e.peek() != ")" {
			err = errors.New("a parenthesis is not closed")
		}
		if err == nil {
			e.take(")")
		}
		return a, err
	case token == "n":
		e.take(token)
		return node{op: "n"}, nil
	case isDigit(token[0]):
		e.take(token)
		v, err := strconv.ParseUint(token, 10, 32)
		if err != nil {
			return node{}, fmt.Errorf("the number %s is too large", shorten(token))
		}
		return node{op: "#", number: v}, nil
	default:
		return node{}, fmt.Errorf("%q is not expected", shorten(token))
	}
}
