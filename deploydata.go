package vola

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// dataChecks are about the database, files, the log and the program itself.
func dataChecks() []deployCheck {
	return []deployCheck{
		{"D01", module.LevelWarning, "the program was built for looking for mistakes", (*deployment).debugBuild},
		{"D02", module.LevelError, "the database is not as the program needs it", (*deployment).database},
		{"D04", module.LevelError, "files that people send are kept where they are served or run", (*deployment).uploads},
		{"D06", module.LevelNote, "nobody is told where to report a vulnerability", (*deployment).securityContact},
		{"D08", module.LevelError, "the SQLite database is on a file system of a network", (*deployment).networkFiles},
		{"D10", module.LevelWarning, "the database is where the program happens to be started", (*deployment).relativeDatabase},
		{"D11", module.LevelNote, "files that people send are where the program happens to be started", (*deployment).relativeStorage},
		{"D07", module.LevelWarning, "nobody gets the mails of the site", (*deployment).unsentMails},
		{"D12", module.LevelWarning, "the log has the arguments of statements", (*deployment).loggedStatements},
		{"D13", module.LevelNote, "the log has more than a server needs, or less", (*deployment).logLevel},
		{"D14", module.LevelNote, "files in the folder of the program take the place of those in it", (*deployment).overridingFolders},
		{"D15", module.LevelNote, "the program runs as root", (*deployment).asRoot},
		{"D16", module.LevelWarning, "a variable is nearly the name of a setting", (*deployment).misspelled},
		{"D17", module.LevelNote, "the site has no page of its own for errors", (*deployment).noErrorPage},
	}
}

func (d *deployment) debugBuild() (out []module.Finding) {
	for _, s := range d.build {
		if s.Key == "-race" && s.Value == "true" || s.Key == "-gcflags" && strings.Contains(s.Value, "-N") {
			out = append(out, one(fmt.Sprintf("a program built with %s needs several times the time and memory", s.Key), "the build", "CGO_ENABLED=0 go build -trimpath -o site .")...)
		}
	}
	return out
}

// unsentMails finds out whether the mails of modules go to people.
func (d *deployment) unsentMails() []module.Finding {
	if d.set.sendsMail() {
		return nil
	}
	var senders []string
	for _, m := range d.site.cfg.Modules {
		if _, ok := module.As[module.HasMails](m); ok {
			senders = append(senders, m.Name())
		}
	}
	if len(senders) == 0 {
		return nil
	}
	return one(fmt.Sprintf("the mails of %s are only printed or kept as files", strings.Join(senders, ", ")), "setting MAIL_URL",
		"MAIL_URL=smtps://NAME:PASSWORD@mail.example.org, and smtp.Driver of mail/smtp in Config.Mailers")
}

func (d *deployment) database() []module.Finding {
	if d.dbError == nil {
		return nil
	}
	return one("the site does not start: "+strings.ReplaceAll(d.dbError.Error(), "\n", "; "), "setting DATABASE_URL", "migrate")
}

// sqliteFile returns the file of the database, "" if it is on a server.
func (d *deployment) sqliteFile() string {
	file, ok := strings.CutPrefix(d.set.DatabaseURL, "sqlite:")
	if !ok {
		return ""
	}
	file, _, _ = strings.Cut(strings.TrimPrefix(file, "//"), "?")
	return file
}

// storageFolder returns the folder for files that people send, "" if they are elsewhere.
func (d *deployment) storageFolder() string {
	folder, ok := strings.CutPrefix(d.set.StorageURL, "disk:")
	if !ok {
		return ""
	}
	return strings.TrimPrefix(folder, "//")
}

// path returns a path that is relative to the working directory.
func (d *deployment) path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.dir, path)
}

// inside reports whether a path is a folder or below it.
func inside(path, folder string) bool {
	rel, err := filepath.Rel(absolute(folder), absolute(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func (d *deployment) uploads() (out []module.Finding) {
	folder := d.storageFolder()
	if folder == "" {
		return nil
	}
	for _, project := range d.site.sources().projectDirs() {
		for _, name := range []string{"static", "templates"} {
			if inside(d.path(folder), filepath.Join(d.path(project), name)) {
				out = append(out, one(fmt.Sprintf("what somebody sends is at once a file of the folder %s, whoever may see it", name), "setting STORAGE_URL", "STORAGE_URL=disk:files")...)
			}
		}
	}
	return out
}

func (d *deployment) securityContact() []module.Finding {
	if slices.ContainsFunc(d.site.Routes(), func(r web.RouteInfo) bool { return r.Pattern == securityTxt }) {
		return nil
	}
	return one("whoever finds a hole in the site does not know whom to tell", "setting SECURITY_CONTACT", "SECURITY_CONTACT=mailto:security@example.org")
}

// onNetwork reports whether SQLite's locks do not work on a kind of file system.
func onNetwork(kind string) bool {
	return slices.Contains([]string{"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "afs"}, kind)
}

// readMounts returns the mounted file systems, "" where the system does not tell.
func readMounts() string {
	text, _ := os.ReadFile("/proc/mounts")
	return string(text)
}

func (d *deployment) networkFiles() []module.Finding {
	file := d.sqliteFile()
	if file == "" {
		return nil
	}
	best, kind := "", ""
	for line := range strings.Lines(d.mounts) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		point := strings.ReplaceAll(fields[1], `\040`, " ")
		if inside(d.path(file), point) && len(point) >= len(best) {
			best, kind = point, fields[2]
		}
	}
	if !onNetwork(kind) {
		return nil
	}
	return one(fmt.Sprintf("%s is on %s, whose locks do not keep two programs from writing at the same time: the database is damaged", d.sqliteFile(), kind),
		"setting DATABASE_URL", "DATABASE_URL=sqlite:/var/lib/site/site.db, on a disk of this machine")
}

func (d *deployment) relativeDatabase() []module.Finding {
	if file := d.sqliteFile(); file == "" || filepath.IsAbs(file) {
		return nil
	}
	return one("another folder at the next start means another, empty database", "setting DATABASE_URL", "DATABASE_URL=sqlite:/var/lib/site/site.db")
}

func (d *deployment) relativeStorage() []module.Finding {
	if folder := d.storageFolder(); folder == "" || filepath.IsAbs(folder) {
		return nil
	}
	return one("another folder at the next start means that no file is found", "setting STORAGE_URL", "STORAGE_URL=disk:/var/lib/site/files")
}

func (d *deployment) loggedStatements() []module.Finding {
	if fmt.Sprint(d.set.LogSQL) != "on" {
		return nil
	}
	return one("what people write, and what is known of them, is in the log", "setting LOG_SQL", "LOG_SQL=redacted")
}

func (d *deployment) logLevel() []module.Finding {
	switch {
	case d.set.LogLevel < 0:
		return one("each refused request has a line with its cause", "setting LOG_LEVEL", "LOG_LEVEL=INFO")
	case d.set.LogLevel > 4:
		return one("warnings are lost", "setting LOG_LEVEL", "LOG_LEVEL=WARN")
	}
	return nil
}

func (d *deployment) overridingFolders() (out []module.Finding) {
	for _, name := range []string{"templates", "static"} {
		embedded := name == "templates" && d.site.cfg.Templates != nil || name == "static" && d.site.cfg.Static != nil
		if info, err := os.Stat(filepath.Join(d.path(d.site.cfg.Dir), name)); err == nil && info.IsDir() && embedded {
			out = append(out, one("an old or changed file there is used instead of the one in the program", "folder "+name, "start the program in a folder without it")...)
		}
	}
	return out
}

func (d *deployment) asRoot() []module.Finding {
	if !d.root {
		return nil
	}
	return one("a hole in the site is one in the whole machine", "the user of the process", "User=site, in the unit of systemd")
}

func (d *deployment) misspelled() (out []module.Finding) {
	for _, text := range d.site.misspelledSettings() {
		out = append(out, one(text, "the environment or .env", "the name of the setting")...)
	}
	return out
}

func (d *deployment) noErrorPage() []module.Finding {
	if d.site.pages.has(errorPage("500")) || d.site.pages.has(errorPage("error")) {
		return nil
	}
	return one("visitors see a plain page when something fails", "templates/error.html", "{{.Title}}, {{.Message}} and {{.RequestID}}, with the style of the site")
}
