package htmlcompile

import (
	"reflect"
	"text/template/parse"
)

// loop is a compiled range.
type loop struct {
	pipe            expr
	body, otherwise []step
	slots           []int // of its variables, at most two
	assigns         bool  // they are set, not declared
	standard        *standard
}

func (t *treeCompiler) rangeNode(n *parse.RangeNode) (step, error) {
	value, err := t.commands(n.Pipe, n.Pipe.Cmds)
	if err != nil {
		return nil, err
	}
	l := &loop{pipe: value, assigns: n.Pipe.IsAssign, standard: t.standard}
	if l.slots, err = t.variables(n.Pipe); err != nil {
		return nil, err
	}
	if l.body, err = t.inner(n.List); err != nil {
		return nil, err
	}
	l.otherwise, err = t.inner(n.ElseList)
	return l.run, err
}

func (l *loop) run(x *Execution, dot reflect.Value) error {
	over, err := l.pipe(x, dot)
	if err != nil {
		return err
	}
	for _, slot := range l.slots {
		x.vars[x.base+slot] = over
	}
	over, _ = indirect(over)
	ran, err := l.each(x, over)
	if err == nil && !ran {
		err = x.steps(l.otherwise, dot)
	}
	if err == errBreak { // after {{else}}, too, it is the end of this range
		return nil
	}
	return err
}

// round runs the body once. An index is only made when there is a variable
// for it, as that takes memory.
func (l *loop) round(x *Execution, index func() reflect.Value, element reflect.Value) error {
	switch len(l.slots) {
	case 1:
		x.vars[x.base+l.slots[0]] = element
	case 2:
		x.vars[x.base+l.slots[0]] = index()
		x.vars[x.base+l.slots[1]] = element
	}
	if err := x.tick(); err != nil {
		return err
	}
	if err := x.steps(l.body, element); err != errContinue {
		return err
	}
	return nil
}

func noIndex() reflect.Value { return reflect.Value{} }

// each runs the body for each element, and reports whether there was any.
func (l *loop) each(x *Execution, over reflect.Value) (ran bool, err error) {
	switch kind := over.Kind(); kind {
	case reflect.Array, reflect.Slice:
		for i := range over.Len() {
			if err := l.round(x, func() reflect.Value { return reflect.ValueOf(i) }, over.Index(i)); err != nil {
				return true, err
			}
		}
		return over.Len() > 0, nil
	case reflect.Map:
		return l.eachEntry(x, over)
	case reflect.Chan:
		return l.eachReceived(x, over)
	case reflect.Func:
		return l.eachYielded(x, over)
	case reflect.Invalid:
		return false, nil
	default:
		if !IsInteger(kind) {
			return false, x.fail("range can't iterate over %v", over)
		}
		return l.eachOne(x, over)
	}
}

// eachOne goes over an iterator, or up to a number, with one variable.
func (l *loop) eachOne(x *Execution, over reflect.Value) (ran bool, err error) {
	if len(l.slots) > 1 {
		if over.Kind() == reflect.Func {
			return false, x.fail("can't use %v iterate over more than one variable", over)
		}
		return false, x.fail("can't use %v to iterate over more than one variable", over)
	}
	for v := range over.Seq() {
		ran = true
		if err = l.round(x, noIndex, v); err != nil {
			break
		}
	}
	return ran, err
}

func (l *loop) eachEntry(x *Execution, over reflect.Value) (ran bool, err error) {
	if over.Len() == 0 {
		return false, nil
	}
	entries, err := l.standard.sorted(over)
	for i := 0; i < len(entries) && err == nil; i += 2 {
		err = l.round(x, func() reflect.Value { return entries[i] }, entries[i+1])
	}
	return true, err
}

func (l *loop) eachReceived(x *Execution, over reflect.Value) (ran bool, err error) {
	if over.IsNil() {
		return false, nil
	}
	if over.Type().ChanDir() == reflect.SendDir {
		return false, x.fail("range over send-only channel %v", over)
	}
	for i := 0; ; i++ {
		element, ok := over.Recv()
		if !ok {
			return i > 0, nil
		}
		if err := l.round(x, func() reflect.Value { return reflect.ValueOf(i) }, element); err != nil {
			return true, err
		}
	}
}

func (l *loop) eachYielded(x *Execution, over reflect.Value) (ran bool, err error) {
	if over.Type().CanSeq() {
		return l.eachOne(x, over)
	}
	if !over.Type().CanSeq2() {
		return false, x.fail("range can't iterate over %v", over)
	}
	for first, second := range over.Seq2() {
		ran = true
		if len(l.slots) > 1 {
			err = l.round(x, func() reflect.Value { return first }, second)
		} else {
			err = l.round(x, noIndex, first)
		}
		if err != nil {
			break
		}
	}
	return ran, err
}
