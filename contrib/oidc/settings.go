package oidc

import (
	"reflect"
	"strings"
)

// settings are a struct with two fields for each provider, OIDC_ACME_CLIENT_ID and
// OIDC_ACME_SECRET: their names come from the program.
func settingsOf(providers []Provider) any {
	var fields []reflect.StructField
	for _, p := range providers {
		name := strings.ToUpper(p.Name)
		text := reflect.TypeFor[string]()
		fields = append(fields,
			reflect.StructField{Name: "ID" + name, Type: text, Tag: reflect.StructTag(`env:"` + name + `_CLIENT_ID" help:"what the site is known by at the provider ` + p.Name + `"`)},
			reflect.StructField{Name: "Secret" + name, Type: text, Tag: reflect.StructTag(`env:"` + name + `_SECRET" secret:"true" help:"what proves to the provider ` + p.Name + ` that it is the site"`)})
	}
	to := reflect.New(reflect.StructOf(fields))
	for i, p := range providers {
		to.Elem().Field(2 * i).SetString(p.ClientID)
		to.Elem().Field(2*i + 1).SetString(p.Secret)
	}
	return to.Interface()
}

// set takes what the settings say.
func set(providers []*provider, settings any) {
	from := reflect.ValueOf(settings).Elem()
	for i, p := range providers {
		p.ClientID, p.Secret = from.Field(2*i).String(), from.Field(2*i+1).String()
	}
}

// settingName is the setting that a provider is not offered without.
func settingName(provider string) string { return "OIDC_" + strings.ToUpper(provider) + "_CLIENT_ID" }
