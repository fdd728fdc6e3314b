package templates

// Memory is a loader of texts by name, for tests and small programs. It must
// not be changed while a New or Reload that uses it runs.
type Memory map[string]string

// Load returns the text of that name.
func (m Memory) Load(name string) (Source, error) {
	if err := checkName(name); err != nil {
		return Source{}, err
	}
	origin := name + " in memory"
	text, ok := m[name]
	if !ok {
		return Source{}, notFound(origin)
	}
	return Source{Name: name, Text: text, Origin: origin}, nil
}
