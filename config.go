package vola

import (
	"io/fs"
	"runtime/debug"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/middleware"
	"github.com/volaweb/vola/web/sessions"
)

// Config says what a site is made of. Everything in it is a value that the
// program lists; what differs from machine to machine comes from the
// environment instead (see the settings command).
type Config struct {
	// Name is the site's name as people see it. Defaults to "Vola".
	Name string
	// Version is the program's own version. Defaults to what the build says of
	// the main module.
	Version string
	// Drivers are the databases that the site can use.
	Drivers []database.Driver
	// Storages are where the site can keep files that people send, beside folders (see
	// the setting STORAGE_URL).
	Storages []storage.Driver
	// Caches are where the site can keep values that take long to compute, beside memory and the
	// database (see the setting CACHE_URL).
	Caches []cache.Driver
	// Mailers are ways to send mails, such as smtp.Driver of package mail/smtp (see the
	// setting MAIL_URL).
	Mailers []mail.Driver
	// Modules are the parts of the site. Where two bring a template or a static
	// file of the same name, the earlier one's is used.
	Modules []module.Module
	// Sessions says how long sessions last, what a visitor keeps at log-in, and where they are
	// kept: by default by the module that does so, such as auth, and on a site without one in
	// cookies that only the site can read. Its clock and log are those of the site.
	Sessions sessions.Config
	// Middleware wraps every request, inside the site's own and those of modules: the first
	// is outermost.
	Middleware []web.Middleware
	// NoRequestID leaves out the id of each request, in the log and in
	// X-Request-Id; NoAccessLog the line of each request in the log, as where a
	// proxy writes one; NoSecureHeaders the headers of
	// middleware.SecureHeaders, as where Middleware sets them in another way.
	NoRequestID, NoAccessLog, NoSecureHeaders bool
	// CORS says which pages of other sites may ask this one by scripts, and which paths. By
	// default there are none.
	CORS middleware.CORSConfig
	// SecureHeaders are the headers that tell browsers to be careful with the site. Those that
	// are not set have their defaults.
	SecureHeaders middleware.SecureHeadersConfig
	// SilencedChecks are checks of "check --deploy" whose findings are meant so: the id of
	// each with the reason. They are listed all the same, and do not change the status.
	SilencedChecks map[string]string
	// Templates are the project's own template files, before those of the
	// modules. In a program these are usually embedded; a folder "templates" in
	// the working directory goes before them, and so does, under "serve --dev"
	// and wherever the program is started, the one beside package main. An
	// embed.FS may be given as it is, as in [module.HasTemplates].
	Templates fs.FS
	// Languages are the tags of the site's languages, such as "en", "de", "pt-BR"
	// (see package i18n). The first is that of the texts in code and templates, and
	// of visitors who want none of them. Defaults to "en" alone.
	Languages []string
	// LanguagePaths gives each language but the first paths of its own: "/de/blog/"
	// beside "/blog/". Without it all languages have the same paths, and a cookie or
	// Accept-Language decides.
	LanguagePaths bool
	// VisitorZones lets visitors choose the time zone that they see times in (see
	// [github.com/volaweb/vola/web/middleware.Zone]), instead of that of the setting TIME_ZONE.
	VisitorZones bool
	// Messages are the project's own translations, before those of the modules: a
	// file for each language, such as de.po. An embed.FS may be given as it is, as in
	// [module.HasMessages].
	Messages fs.FS
	// Static are the project's own static files, before those of the modules.
	// Folders "static" go before them as with Templates.
	Static fs.FS
	// StaticCodings compress static files better than gzip, which every site has: that of
	// [github.com/volaweb/vola/web/assets/brotli] does.
	StaticCodings []assets.Coding
	// Dir is the folder that "templates" and "static" are looked for in.
	// Defaults to the working directory.
	Dir string
}

func (c Config) withDefaults() Config {
	if c.Name == "" {
		c.Name = "Vola"
	}
	if c.Version == "" {
		c.Version = "unknown"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
			c.Version = info.Main.Version
		}
	}
	return c
}
