package markup_test
import ("testing";"strings";"time";"fmt";"github.com/volaweb/vola/site/blog/markup";"runtime";"syscall")
func cpu() time.Duration { var r syscall.Rusage; syscall.Getrusage(0,&r); return time.Duration(r.Utime.Nano()) }
func TestHostile(t *testing.T) {
 rep := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
 for _, N := range []int{200_000, 400_000} {
 for name, text := range map[string]string{
  "hl": rep("{% highlight x %}", N), "raw": rep("{% raw %}", N), "pre": rep("<pre lang=x>", N), "prec": rep("<pre lang=x>a</pre>\n", N), "ticks": rep("` ``\n\n", N),
  "braces": rep("{{", N), "tags": rep("{%", N), "lt": rep("<", N), "lt2": rep("<a ", N), "amp": rep("&", N), "h": rep("# x\n", N), "h2": rep("##x\n\n", N), "imgs": rep("![](a)\n\n", N),
  "para": rep("word word\n", N), "paras": rep("word *word*\n\n", N), "list": rep("- a\n", N), "table": "|a|b|\n|-|-|\n"+rep("|a|b|\n", N), "quote": rep("> a\n", N), "quote2": rep("> a\n\n", N),
  "turns": rep("**A:** x?\n\n**B:** y\n\n", N), "turns1": rep("**A:** x?\n**B:** y\n", 80_000), "spans": rep("a``````` b\n\n", N), "fences": rep("```\nx\n```\n", N), "fencego": rep("```go\nx := 1\n```\n", N),
  "notes": rep("[^1] ", 40_000)+"\n\n[^1]: x", "notes2": rep("[^1]\n\n[^1]: x\n\n", N), "refs": rep("[a]: /x\n", N), "refs2": "[a]: /x\n\n"+rep("[a]\n\n", N), "blank": "<table>\n"+rep("\n", N), "blank2": "<table>\n"+rep("\n    x\n", N), "html": rep("<div>\n</div>\n", N), "b": rep("<b>x</b>", 80_000), "bopen": rep("<p><b>x", 80_000),
  "code": "```python\n"+rep("x = 'a' + \"\n", N), "long": rep("x", N), "nl": rep("\n", N), "spaces": rep(" ", N)+"x", "tabs": rep("\t\n", N), "under": rep("_", N), "eq": rep("a\n=\n", N), "dash": rep("-", N), "dl": rep("a\n: b\n\n", N), "at": rep("http://", 60_000), "at2": rep("http://a.b ", N), "www": rep("www.", 60000), "em": rep("a@b ", N), "tilde": rep("~a", 30000), "br": rep("[", 19000), "br2": rep("![", 19000), "st": rep("*a_ ", 40000), "st2": rep("**a*", 25000), "quot": rep("\"a'", 30000), "kr": rep("{:\n", N), "kr2": rep("\n{:", N), "cmt": rep("{% comment %}", N), "c": rep("<!--", 70000), "cd": rep("<![CDATA[", 90000), "pi": rep("<?", 40000), "ix": rep("{% include x %}", N), "link": rep("{% link x %}", N),
  "attrs": "<a "+rep("a=b ", N)+">", "entity": rep("&#", N), "nest": rep("> - ", 200)+"x", "lists deep": func() string { var b strings.Builder; for i := range 500 { b.WriteString(strings.Repeat(" ", 2*i)+"- a\n") }; return b.String() }(),
 } {
  for _, nm := range []string{"2013-10-17-p.md","2013-10-17-p.html"} {
  start := cpu()
  var m1, m2 runtime.MemStats; runtime.ReadMemStats(&m1)
  _, err := markup.Parse(nm, []byte(text), markup.Options{})
  runtime.ReadMemStats(&m2)
  d := cpu()-start
  if d > 150*time.Millisecond { e := ""; if err != nil { e = err.Error() }; fmt.Printf("%8d %-5s %-12s %6.2fs  %d MB %s\n", N, nm[13:], name, d.Seconds(), (m2.TotalAlloc-m1.TotalAlloc)>>20, e) }
  }
 }}
}
