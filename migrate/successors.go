package migrate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A table or column that goes while another one comes may have got another
// name, and nothing but a person's answer can tell. The rule is: what goes is
// dropped only if nothing comes that could be its successor, or somebody said
// so. See docs/decisions/0104.

// successors says what becomes of what was there before: of the tables of all
// modules, or of the columns of one table.
type successors struct {
	now    map[string]string // by the name before; "" is dropped
	before map[string]string // by the name now
	// open says that a question about them has no answer: what is new may be
	// the successor of something.
	open bool
}

func newSuccessors() *successors {
	return &successors{now: map[string]string{}, before: map[string]string{}}
}

// set says that old is called now; "" says that it is dropped.
func (s *successors) set(old, now string) {
	s.now[old] = now
	if now != "" {
		s.before[now] = old
	}
}

// pairing is something that goes and something that comes.
type pairing struct {
	old, now string
	// alike is how likely the one is to be the other; it decides nothing but
	// the order of questions.
	alike int
}

// reply is the answer to the question whether one is the other.
type reply uint8

const (
	replyNo reply = iota
	replyYes
	replyDropped // old has no successor at all
	replyNone    // there was no answer
)

// settle finds out what becomes of those of olds of which that is not known yet.
// pairings returns the pairs that are possible as far as is known, and is called
// again after each answer; question and refusal say what to ask, and what to
// write where there is nobody to ask.
func (d *detector) settle(s *successors, olds []string, pairings func() []pairing, question func(pairing) Question, refusal func(old string, now []string) string) {
	denied := map[[2]string]bool{}
	for len(d.errs) == 0 { // nothing is asked beside an answer that is wrong
		list := pairings()
		list = slices.DeleteFunc(list, func(p pairing) bool {
			_, decided := s.now[p.old]
			_, taken := s.before[p.now]
			return decided || taken || denied[[2]string{p.old, p.now}]
		})
		if s.dropOthers(olds, list) {
			continue // which may make other pairs impossible
		}
		if len(list) == 0 {
			return
		}
		slices.SortStableFunc(list, func(a, b pairing) int { return cmp.Compare(b.alike, a.alike) })
		if d.opts.Ask == nil {
			s.open = true
			d.refusePairings(list, refusal)
			return
		}
		p := list[0]
		others := slices.ContainsFunc(list[1:], func(q pairing) bool { return q.old == p.old })
		switch d.confirm(question(p), others) {
		case replyYes:
			s.set(p.old, p.now)
		case replyNo:
			denied[[2]string{p.old, p.now}] = true
		case replyDropped:
			s.set(p.old, "")
		case replyNone:
			s.open = true
			return
		}
	}
}

// dropOthers says of those that are in none of the pairs any more that they are
// dropped, and reports whether there was one.
func (s *successors) dropOthers(olds []string, list []pairing) bool {
	found := false
	for _, old := range olds {
		if _, decided := s.now[old]; !decided && !slices.ContainsFunc(list, func(p pairing) bool { return p.old == old }) {
			s.set(old, "")
			found = true
		}
	}
	return found
}

// refusePairings reports what to write, one error for each thing that goes.
func (d *detector) refusePairings(list []pairing, refusal func(old string, now []string) string) {
	var order []string
	candidates := map[string][]string{}
	for _, p := range list {
		if candidates[p.old] == nil {
			order = append(order, p.old)
		}
		candidates[p.old] = append(candidates[p.old], p.now)
	}
	for _, old := range order {
		d.refuse(refusal(old, candidates[old]))
	}
}

// maxAnswers is how many times a question is asked before an answer to it is
// given up.
const maxAnswers = 10

// confirm asks whether one is the other, until the answer is understood: one
// that is misspelt must not drop anything. more says that there are others that
// may be asked about.
func (d *detector) confirm(q Question, more bool) reply {
	choices, said := " [y/N]", "y or n"
	if more {
		choices, said = " [y/N, or drop if it has no successor]", "y, n or drop"
	}
	q.Text += choices
	for range maxAnswers {
		answer, ok := d.ask(q)
		if !ok {
			return replyNone
		}
		switch strings.ToLower(answer) {
		case "y", "yes":
			return replyYes
		case "n", "no":
			return replyNo
		case "drop":
			if more {
				return replyDropped
			}
		}
		q.Note = fmt.Sprintf("the answer %q is not understood; write %s", answer, said)
		if answer == "" {
			q.Note = "there is no answer by default; write " + said
		}
	}
	d.giveUp(fmt.Errorf("%d answers to %q were not understood, and nothing was written", maxAnswers, q.Text))
	return replyNone
}

// ask asks a question. Who does not answer one is not asked another.
func (d *detector) ask(q Question) (answer string, ok bool) {
	answer, err := d.opts.Ask(q)
	if err != nil {
		d.giveUp(err)
		return "", false
	}
	return strings.TrimSpace(answer), true
}

// refuse reports what must be answered where there is nobody to ask.
func (d *detector) refuse(text string) {
	if !d.stopped {
		d.unanswered = append(d.unanswered, errors.New(text))
	}
}

// giveUp ends the questions. What was missing before is of no interest then.
func (d *detector) giveUp(err error) {
	d.unanswered, d.stopped = []error{err}, true
}

// flagged returns the flags that say what old is called now: "--rename a=b or
// --rename a=c".
func flagged(old string, now []string) string {
	var flags []string
	for _, to := range now {
		flags = append(flags, "--rename "+old+"="+to)
	}
	return orList(flags)
}

func orList(words []string) string { return joined(words, " or ") }

func andList(words []string) string { return joined(words, " and ") }

func joined(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}

// clash says why an answer contradicts the others: one of the
// constants below, or "".
func clash(answers map[string]string, old, now string, had, wanted func(name string) bool) string {
	claimed := false // somebody else has the old name now
	for other, to := range answers {
		claimed = claimed || other != old && to == old
		if other != old && to == now && now != "" {
			return clashTwice
		}
	}
	switch displaced, ok := answers[now]; {
	case wanted(old) && !claimed:
		return clashStill
	case now != "" && had(now) && (!ok || displaced == now):
		return clashBefore
	}
	return ""
}

const (
	clashTwice  = "twice"  // two are said to have the same successor
	clashStill  = "still"  // it is still there
	clashBefore = "before" // what is said to be its successor was there before
)
