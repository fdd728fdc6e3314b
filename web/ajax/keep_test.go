package ajax_test

import (
	"testing"

	"github.com/volaweb/vola/volatest/chromium"
)

// TestKept: what the visitor has done stays, whatever a swap brings; each kind is one that users
// of other libraries reported as a fault.
func TestKept(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	type kept struct {
		before, act, after string
		want               []string
	}
	same := func(html, act string, want ...string) kept { return kept{html, act, html + "<p>new</p>", want} }
	tests := map[string]kept{
		"typed text in a field that the server changes": {`<input name=a value=old>`, `at("input").value = "typed"`, `<input name=a value=new>`, []string{`at("input").value === "typed"`, `at("input").defaultValue === "new"`}},
		"an untouched field takes what the server says": {`<input name=a value=old><textarea name=t>old</textarea>`, ``, `<input name=a value=new><textarea name=t>new</textarea>`, []string{`at("input").value === "new"`, `at("textarea").value === "new"`}},
		"a focused textarea and its caret": {`<textarea name=a>abcdef</textarea>`, `const e = at("textarea"); e.focus(); e.setSelectionRange(2, 4, "backward")`, `<textarea name=a>new text</textarea>`,
			[]string{`at("textarea").value === "abcdef"`, `document.activeElement === at("textarea")`, `at("textarea").selectionStart === 2 && at("textarea").selectionEnd === 4`}},
		"a focused input and its caret, when the server has another text": {`<input name=a value=abcdef>`, `const e = at("input"); e.focus(); e.setSelectionRange(2, 4)`, `<input name=a value=other>`,
			[]string{`at("input").value === "abcdef"`, `at("input").selectionStart === 2 && at("input").selectionEnd === 4`}},
		"the caret of a field that moves": {`<p>one</p><div id=x><input name=a value=abcdef></div>`, `window.e = at("input"); e.focus(); e.setSelectionRange(3, 3)`, `<div id=x><input name=a value=abcdef></div><p>one</p><p>two</p>`,
			[]string{`at("input") === e`, `document.activeElement === e`, `e.selectionStart === 3`}},
		"the caret of a field that is replaced by another with its id": {`<p><input id=q name=q value=abcdef></p>`, `const e = at("input"); e.focus(); e.setSelectionRange(3, 3)`, `<section><input id=q name=q value=abcdef></section>`,
			[]string{`document.activeElement === at("#q")`, `at("#q").selectionStart === 3`}},
		"a focused select":            same(`<select name=a><option>1<option>2<option>3</select>`, `at("select").focus(); at("select").value = "3"`, `at("select").value === "3"`, `document.activeElement === at("select")`),
		"a choice whose options move": {`<select name=a><option>1<option>2</select>`, `at("select").value = "2"`, `<select name=a><option>0<option>2<option>1</select>`, []string{`at("select").value === "2"`}},
		"a choice that is gone":       {`<select name=a><option>1<option>2</select>`, `at("select").value = "2"`, `<select name=a><option>1<option>3</select>`, []string{`at("select").value === "1"`}},
		"several choices":             {`<select name=a multiple><option>1<option>2<option>3</select>`, `at("select").options[0].selected = at("select").options[2].selected = true`, `<select name=a multiple><option>0<option>1<option>2<option>3</select>`, []string{`[...at("select").selectedOptions].map((o) => o.value).join() === "1,3"`}},
		"an untouched select":         {`<select name=a><option selected>1<option>2</select>`, ``, `<select name=a><option>1<option selected>2</select>`, []string{`at("select").value === "2"`}},
		"text that is edited in place": {`<div contenteditable id=e>abc</div>`, `at("#e").focus(); at("#e").textContent = "mine"; getSelection().collapse(at("#e").firstChild, 2)`, `<div contenteditable id=e>server</div>`,
			[]string{`at("#e").textContent === "mine"`, `getSelection().anchorOffset === 2`, `document.activeElement === at("#e")`}},
		"a checkbox":                       {`<input type=checkbox name=a><input type=checkbox name=b>`, `at("[name=a]").checked = true`, `<input type=checkbox name=a><input type=checkbox name=b checked>`, []string{`at("[name=a]").checked`, `at("[name=b]").checked`}},
		"checkboxes with one name":         same(`<input type=checkbox name=a value=1><input type=checkbox name=a value=2><input type=checkbox name=a value=3>`, `at("[value='2']").checked = true`, `all("input").map((e) => e.checked).join() === "false,true,false"`),
		"a radio, when the server's moves": {`<input type=radio name=a value=1 checked><input type=radio name=a value=2><input type=radio name=a value=3>`, `at("[value='2']").checked = true`, `<input type=radio name=a value=1><input type=radio name=a value=2><input type=radio name=a value=3 checked>`, []string{`at("[value='2']").checked`}},
		"an untouched radio":               {`<input type=radio name=a value=1 checked><input type=radio name=a value=2>`, ``, `<input type=radio name=a value=1><input type=radio name=a value=2 checked>`, []string{`at("[value='2']").checked`}},
		"a file":                           same(`<form id=f><input type=file name=a></form>`, `const d = new DataTransfer(); d.items.add(new File(["x"], "x.txt")); at("input").files = d.files`, `at("input").files.length === 1`),
		"several fields with one name":     same(`<input name=tag><input name=tag><input name=tag>`, `all("input").forEach((e, i) => e.value = "t" + i); window.third = all("input")[2]; third.focus()`, `all("input").map((e) => e.value).join() === "t0,t1,t2"`, `all("input")[2] === third`, `document.activeElement === third`),
		"several fields with one name, each in an element": same(`<p><input name=tag></p><p><input name=tag></p>`, `all("input").forEach((e, i) => e.value = "t" + i); window.second = all("input")[1]`, `all("input").map((e) => e.value).join() === "t0,t1"`, `all("input")[1] === second`),
		"a form with fields called id, type, children and dataset": same(`<form id=f action="/" data-swap=part><input name=id><input name=type><input name=children><input name=attributes><input name=dataset></form>`,
			`window.form = at("form"); all("input").forEach((e) => e.value = "typed")`, `at("form") === form`, `all("input").every((e) => e.value === "typed")`, `all("input").length === 5`),
		"a form in a list with a field called id": same(`<ul><li><form><input name=id value=1><input name=note></form><li><form><input name=id value=2><input name=note></form></ul>`,
			`all("[name=note]").forEach((e, i) => e.value = "n" + i); window.f = all("form")`, `all("[name=note]").map((e) => e.value).join() === "n0,n1"`, `all("form").every((e, i) => e === f[i])`),
		"open details, dialogs and popovers": same(`<details><summary>s</summary>d</details><dialog id=d>d</dialog><div id=p popover>p</div>`, `at("details").open = true; at("dialog").showModal(); at("#p").showPopover()`,
			`at("details").open`, `at("dialog").open && at("dialog").matches(":modal")`, `at("#p").matches(":popover-open")`),
		"a video that plays": same(`<div><video muted></video></div>`, `const c = document.createElement("canvas"); c.getContext("2d"); window.v = at("video"); v.muted = true; v.srcObject = c.captureStream(5); v.play()`, `at("video") === v`, `!v.paused`),
		"a custom element": same(`<x-count id=c></x-count>`, `window.joined = 0; window.left = 0; customElements.get("x-count") ?? customElements.define("x-count", class extends HTMLElement { connectedCallback() { joined++ } disconnectedCallback() { left++ } }); window.c = at("x-count"); joined = left = 0`,
			`at("x-count") === c`, `joined === 0 && left === 0`),
		"drawings": {`<svg><use href="#a"></use><a href="#x"><text>t</text></a></svg>`, `window.use = at("use")`, `<svg><use xlink:href="#b"></use><a href="#x"><text>t</text></a><circle r=1 /></svg>`,
			[]string{`at("use") === use`, `use.href.baseVal === "#b"`, `at("circle") instanceof SVGCircleElement`}},
		"no script of a part runs": {`<p>x</p>`, `window.ran = 0`, `<script src="/ran.js"></script><script>window.ran = 1</script><div><script src="/ran.js"></script></div><img src="/none" alt="" onerror="window.ran = 1"><p onclick="window.ran = 1">x</p><p>new</p>`,
			[]string{`all("script").length === 3`, `at("p").click() === undefined && ran === 0`}},
		"duplicate ids":                        {`<p id=d>1</p><p id=d>2</p>`, ``, `<p id=d>3</p><p id=d>4</p><p id=d>5</p>`, []string{`all("p").map((e) => e.textContent).join("") === "345"`}},
		"rows":                                 {`<table><tbody><tr id=r1><td>1<tr id=r2><td>2</table>`, `window.r2 = at("#r2")`, `<table><tbody><tr id=r2><td>2<tr id=r3><td>3</table>`, []string{`at("#r2") === r2`, `all("tr").map((e) => e.textContent).join("") === "23"`}},
		"text and comments":                    {`a<!-- x --><b>b</b>c`, ``, `<!-- y -->d<i>e</i>`, []string{`document.querySelector("#part").textContent === "de"`, `!at("b")`}},
		"an element in an order":               {`<p data-key=1>1</p><p data-key=2>2</p><p data-key=3>3</p>`, `window.two = at("[data-key='2']")`, `<p data-key=3>3</p><p data-key=2>2</p><p data-key=4>4</p><p data-key=1>1</p>`, []string{`all("p").map((e) => e.textContent).join("") === "3241"`, `at("[data-key='2']") === two`}},
		"what is to be kept":                   {`<div data-keep><i>1</i></div>`, `at("i").textContent = "mine"`, `<div data-keep><i>2</i></div>`, []string{`at("i").textContent === "mine"`}},
		"autofocus":                            {`<input name=a>`, `at("input").focus()`, `<input name=a><input name=b autofocus>`, []string{`document.activeElement === at("[name=a]")`}},
		"the visitor's focus, when it is gone": {`<button>b</button>`, `at("button").focus()`, `<p>none</p>`, []string{`document.activeElement === document.querySelector("main")`}},
	}
	for name, test := range tests {
		b.set(test.before, test.after, 0)
		b.open("/")
		b.do(test.act)
		b.swap(`document.getElementById("go").click()`)
		for _, w := range append(test.want, `mark === 1`) {
			if !chromium.Eval[bool](b.ctx, t, "!!("+w+")") {
				t.Errorf("%s: not so: %s\n%s", name, w, b.state())
			}
		}
		// The page's own inline scripts and handlers are what the policy is for.
		if bad := chromium.Eval[string](b.ctx, t, `bad.filter((m) => !/^script-src|onclick/.test(m)).join()`); bad != "" {
			t.Errorf("%s: %s", name, bad)
		}
	}
}
