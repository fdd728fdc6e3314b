package forms

import (
	"math/big"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
)

// zone returns the visitor's time zone.
func (f *Field) zone() *time.Location { return i18n.Zone(f.of.ctx) }

func itoa(n int) string { return strconv.Itoa(n) }

// texts returns a value as controls have it: one text, which is put into one, or one for each
// element.
func (f *Field) texts(v reflect.Value, one *[1]string) []string {
	switch {
	case f.plan.many:
		out := make([]string, v.Len())
		for i := range out {
			out[i] = f.textOf(v.Index(i))
		}
		return out
	case f.plan.pointer && v.IsNil():
		one[0] = ""
		return one[:]
	case f.plan.pointer:
		v = f.plan.target(v)
	}
	one[0] = f.textOf(v)
	return one[:]
}

// target returns what a pointer of the field leads to.
func (p *fieldPlan) target(pointer reflect.Value) reflect.Value {
	if p.inner != nil {
		return pointer.Elem().FieldByIndex(p.inner)
	}
	return pointer.Elem()
}

// textOf returns a value as a control has it, which parseOne reads again.
func (f *Field) textOf(v reflect.Value) string {
	switch f.plan.kind {
	case boolean:
		if v.Bool() {
			return "on"
		}
		return ""
	case whole:
		if v.CanUint() {
			return strconv.FormatUint(v.Uint(), 10)
		}
		return strconv.FormatInt(v.Int(), 10)
	case decimal:
		return f.lang.Plain(strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits()))
	case exact:
		if v.String() == "" {
			return ""
		}
		return f.lang.Plain(v.String())
	case date:
		if d, _ := v.Interface().(civil.Date); !d.IsZero() {
			return d.String()
		}
		return ""
	case clock:
		c, _ := v.Interface().(civil.Clock)
		return strings.TrimSuffix(c.String(), ":00")
	case moment:
		t, _ := v.Interface().(time.Time)
		if t.IsZero() {
			return ""
		}
		return strings.TrimSuffix(t.In(f.zone()).Format("2006-01-02T15:04:05"), ":00")
	}
	return v.String()
}

// parse reads the texts that were sent and sets the field, or says what is wrong.
func (f *Field) parse(texts []string) {
	if len(texts) == 0 || !f.plan.many && texts[0] == "" {
		if f.Required {
			f.missing()
			return
		}
		f.value.SetZero()
		return
	}
	if f.plan.many {
		f.parseMany(texts)
		return
	}
	v := reflect.New(f.plan.base).Elem()
	if !f.parseChoice(v, texts[0]) {
		return
	}
	if f.check(texts); f.Error != "" {
		return
	}
	switch f.plan.kind {
	case date, clock, moment:
		f.sent[0] = f.textOf(v)
		f.show(f.sent[:]) // as the controls of browsers have it
	}
	if f.plan.pointer {
		p := reflect.New(f.value.Type().Elem())
		f.plan.target(p).Set(v)
		v = p
	}
	f.value.Set(v)
}

func (f *Field) parseMany(texts []string) {
	list := reflect.MakeSlice(f.value.Type(), len(texts), len(texts))
	for i, text := range texts {
		if !f.parseChoice(list.Index(i), text) {
			return
		}
	}
	if f.check(texts); f.Error == "" {
		f.value.Set(list)
	}
}

// parseChoice reads a text into a value, which is one of the choices if there are some. ok
// says that nothing is wrong with it.
func (f *Field) parseChoice(v reflect.Value, text string) (ok bool) {
	if message := f.parseOne(v, text); message != "" {
		if f.listed {
			message = f.lang.T("Choose one of the options.")
		}
		f.unread = len(f.Twice) == 0
		f.fail(message)
		return false
	}
	if f.listed && !f.offers(f.textOf(v)) && !slices.Contains(f.retired(), text) {
		f.fail(f.lang.T("Choose one of the options."))
		return false
	}
	return true
}

// parseOne reads a text into a value. It returns what is wrong with it, in the visitor's
// language; "" for nothing.
func (f *Field) parseOne(v reflect.Value, text string) string {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return f.lang.T("This text has characters that cannot be stored.")
	}
	switch f.plan.kind {
	case boolean:
		v.SetBool(text == "on")
	case whole:
		return f.parseWhole(v, text)
	case decimal:
		number, err := f.lang.ParseNumber(text)
		if err != nil {
			return fault.MessageIn(err, f.lang.T)
		}
		n, err := strconv.ParseFloat(number, v.Type().Bits())
		if err != nil {
			return f.lang.T("This number is too large.")
		}
		v.SetFloat(n)
	case exact:
		return f.parseExact(v, text)
	case date:
		d, err := f.lang.ParseDate(text)
		if err != nil {
			return fault.MessageIn(err, f.lang.T)
		}
		v.Set(reflect.ValueOf(d))
	case clock:
		c, err := f.lang.ParseClock(text)
		if err != nil {
			return fault.MessageIn(err, f.lang.T)
		}
		v.Set(reflect.ValueOf(c))
	case moment:
		return f.parseMoment(v, text)
	default:
		v.SetString(text)
	}
	return ""
}

func (f *Field) parseWhole(v reflect.Value, text string) string {
	number, err := f.lang.ParseNumber(text)
	if err != nil || strings.Contains(number, ".") {
		return f.lang.T("Write a whole number, such as {example}.", "example", f.lang.Plain("12"))
	}
	if v.CanUint() {
		n, err := strconv.ParseUint(number, 10, v.Type().Bits())
		if err != nil {
			return f.lang.T("This number is too large or too small.")
		}
		v.SetUint(n)
		return ""
	}
	n, err := strconv.ParseInt(number, 10, v.Type().Bits())
	if err != nil {
		return f.lang.T("This number is too large or too small.")
	}
	v.SetInt(n)
	return ""
}

// parseExact reads a decimal number and keeps its digits.
func (f *Field) parseExact(v reflect.Value, text string) string {
	number, err := f.lang.ParseNumber(text)
	if err != nil {
		return fault.MessageIn(err, f.lang.T)
	}
	before, after, _ := strings.Cut(strings.TrimPrefix(number, "-"), ".")
	if len(strings.TrimLeft(before, "0")) > f.plan.digits-f.plan.scale {
		return f.lang.T("This number is too large.")
	}
	if len(strings.TrimRight(after, "0")) > f.plan.scale {
		return f.lang.T("Use at most {most} digits after the point.", "most", f.plan.scale)
	}
	v.SetString(number)
	return ""
}

// parseMoment reads a date and a time of day in the visitor's zone. Of a time that clocks
// show twice it takes the one that was chosen.
func (f *Field) parseMoment(v reflect.Value, text string) string {
	day, rest, _ := strings.Cut(text, "T")
	d, err := civil.ParseDate(day)
	c, err2 := civil.ParseClock(rest)
	if err != nil || err2 != nil {
		return f.lang.T("Write a date and a time of day, such as 2026-11-30T15:04.")
	}
	moments := d.Moments(c, f.zone())
	if len(moments) == 0 {
		return f.lang.T("There is no such time on that day: the clocks skip it.")
	}
	if len(moments) == 2 {
		return f.chooseMoment(v, moments)
	}
	v.Set(reflect.ValueOf(moments[0]))
	return ""
}

// chooseMoment takes the one of two moments that was chosen, or has the field ask which one.
func (f *Field) chooseMoment(v reflect.Value, moments []time.Time) string {
	f.Twice = nil
	found := false
	for i, m := range moments {
		sent := strconv.FormatInt(m.Unix(), 10)
		chosen := f.which == sent
		if chosen {
			v.Set(reflect.ValueOf(m))
			found = true
		}
		f.Twice = append(f.Twice, Option{
			Value: sent, ID: f.ID + "-at-" + itoa(i), Selected: chosen,
			Label: f.lang.Clock(civil.ClockOf(m), i18n.Short) + " UTC" + m.Format("-07:00"),
		})
	}
	if !found {
		return f.lang.T("Clocks show this time twice on that day. Choose which one you mean.")
	}
	return ""
}

// check says which rule of the declaration is not kept by what was sent.
func (f *Field) check(texts []string) {
	for _, text := range texts {
		if message := f.checkOne(text); message != "" {
			f.fail(message)
			return
		}
	}
}

func (f *Field) checkOne(text string) string {
	if text == "" {
		return ""
	}
	switch f.plan.kind {
	case whole, decimal, exact, date:
		return f.checkBounds(text)
	case boolean, clock, moment:
		return ""
	}
	if have := utf8.RuneCountInString(text); have > f.Size {
		return f.lang.T("Use at most {most} characters; these are {have}.", "most", f.Size, "have", have)
	}
	switch f.Widget {
	case "email":
		if a, err := mail.ParseAddress(text); hasUnseen(text) || err != nil || a.Address != text || a.Name != "" {
			return f.lang.T("Write an email address, such as name@example.org.")
		}
	case "url":
		if u, err := url.Parse(text); hasUnseen(text) || err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
			return f.lang.T("Write an address that begins with https:// or http://.")
		}
	}
	return ""
}

// hasUnseen reports whether an address has characters that nobody sees, such as those that change
// the direction of text: it would look like another one.
func hasUnseen(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
}

// below reports whether a number or a date is less than another one.
func (p *fieldPlan) below(a, b string) bool {
	if p.kind == date {
		return a < b // ISO 8601
	}
	n, err := strconv.ParseInt(a, 10, 64)
	m, err2 := strconv.ParseInt(b, 10, 64)
	if err == nil && err2 == nil {
		return n < m
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) < 0
}

// checkBounds compares a number or a date with the least and the greatest.
func (f *Field) checkBounds(text string) string {
	value := text
	switch f.plan.kind {
	case date:
		if d, err := f.lang.ParseDate(text); err == nil {
			value = d.String()
		}
	default:
		if n, err := f.lang.ParseNumber(text); err == nil {
			value = n
		}
	}
	shown := func(bound string) string {
		if d, err := civil.ParseDate(bound); err == nil && f.plan.kind == date {
			return f.lang.Day(d, i18n.Long)
		}
		return f.lang.Plain(bound)
	}
	switch {
	case f.Min != "" && f.plan.below(value, f.Min):
		return f.lang.T("The least that is possible is {least}.", "least", shown(f.Min))
	case f.Max != "" && f.plan.below(f.Max, value):
		return f.lang.T("The most that is possible is {most}.", "most", shown(f.Max))
	}
	return ""
}
