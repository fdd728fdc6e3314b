package api

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A path of OpenAPI has no converters: "/soups/{id:int}/" and "/soups/{name}/" are one path there, and a
// document may have only one of them. Routes whose paths differ in nothing else share an entry, with the
// names of the first. Of two for the same method that says what either of them takes and answers.

// parameter is what a path has of a parameter.
var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// sharedPath returns the path in the document for a path without converters, and what its parameters
// are called there.
func (b *describer) sharedPath(path string) (shared string, names []string) {
	shape := pathParameter.ReplaceAllString(path, "{}")
	if b.shapes[shape] == "" {
		b.shapes[shape] = path
	}
	shared = b.shapes[shape]
	for _, name := range pathParameter.FindAllString(shared, -1) {
		names = append(names, strings.Trim(name, "{}"))
	}
	return shared, names
}

// either returns the operation that is one or the other.
func (p *PathItem) either(other *PathItem) {
	p.Summary = joined(p.Summary, other.Summary, " / ")
	p.Description = joined(p.Description, other.Description, "\n\n")
	for _, tag := range other.Tags {
		if !slices.Contains(p.Tags, tag) {
			p.Tags = append(p.Tags, tag)
		}
	}
	p.Parameters = eitherParameters(p.Parameters, other.Parameters)
	switch {
	case p.RequestBody == nil && other.RequestBody != nil:
		p.RequestBody = &RequestBody{Content: other.RequestBody.Content}
	case p.RequestBody != nil && other.RequestBody == nil:
		p.RequestBody = &RequestBody{Content: p.RequestBody.Content}
	case p.RequestBody != nil:
		p.RequestBody.Content = eitherContent(p.RequestBody.Content, other.RequestBody.Content)
	}
	for status, answer := range other.Responses {
		have := p.Responses[status]
		if have == nil {
			p.Responses[status] = answer
			continue
		}
		have.Description = joined(have.Description, answer.Description, " / ")
		have.Content = eitherContent(have.Content, answer.Content)
	}
	p.Security = eitherSecurity(p.Security, other.Security)
}

func joined(a, b, between string) string {
	if a == "" || b == "" || a == b {
		return a + strings.TrimPrefix(b, a)
	}
	return a + between + b
}

// eitherParameters returns those of both. One that only one of them has may be missing.
func eitherParameters(a, b []Parameter) []Parameter {
	out := slices.Clone(a)
	for i := range out {
		if !slices.ContainsFunc(b, out[i].same) && out[i].In != "path" {
			out[i].Required = false
		}
	}
	for _, p := range b {
		i := slices.IndexFunc(out, p.same)
		if i < 0 {
			p.Required = p.Required && p.In == "path"
			out = append(out, p)
			continue
		}
		out[i].Required = out[i].Required && p.Required
		out[i].Schema = eitherSchema(out[i].Schema, p.Schema)
		out[i].Description = joined(out[i].Description, p.Description, " / ")
	}
	return out
}

func (p Parameter) same(other Parameter) bool { return p.In == other.In && p.Name == other.Name }

func eitherContent(a, b map[string]Content) map[string]Content {
	out := maps.Clone(a)
	if out == nil {
		return b
	}
	for kind, c := range b {
		if have, ok := out[kind]; ok {
			c.Schema = eitherSchema(have.Schema, c.Schema)
		}
		out[kind] = c
	}
	return out
}

func eitherSchema(a, b *Schema) *Schema {
	if reflect.DeepEqual(a, b) {
		return a
	}
	return &Schema{AnyOf: append(alternatives(a), alternatives(b)...)}
}

// alternatives returns the schemas of which a value has one.
func alternatives(s *Schema) []*Schema {
	if reflect.DeepEqual(*s, Schema{AnyOf: s.AnyOf}) && len(s.AnyOf) > 0 {
		return slices.Clone(s.AnyOf)
	}
	return []*Schema{s}
}

// eitherSecurity returns the ways of both. An empty one is that of a route without a guard.
func eitherSecurity(a, b []Requirement) []Requirement {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	ways := func(list []Requirement) []Requirement {
		if len(list) == 0 {
			return []Requirement{{}}
		}
		return list
	}
	out := slices.Clone(ways(a))
	for _, way := range ways(b) {
		if !slices.ContainsFunc(out, func(have Requirement) bool { return reflect.DeepEqual(have, way) }) {
			out = append(out, way)
		}
	}
	return out
}

// nameIn returns the name of an entry that is equal to v, and enters it if there is none: another one
// with that name gets a number.
func nameIn[T comparable](all map[string]T, name string, v T) string {
	for n, base := 2, name; ; n++ {
		have, taken := all[name]
		if !taken {
			all[name] = v
		}
		if !taken || have == v {
			return name
		}
		name = base + strconv.Itoa(n)
	}
}
