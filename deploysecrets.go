package vola

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/hostname"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
)

// secretChecks are about keys and passwords.
func secretChecks() []deployCheck {
	return []deployCheck{
		{"S01", module.LevelError, "SECRET_KEY is missing, or can be guessed", (*deployment).weakKey},
		{"S02", module.LevelError, "others can read a file with secrets", (*deployment).readableSecrets},
		{"S03", module.LevelWarning, "there are more than two old keys", (*deployment).oldKeys},
		{"S04", module.LevelError, "the database is reached over a network without encryption", (*deployment).plainDatabase},
		{"S05", module.LevelError, "the key is one of the old ones too", (*deployment).sameKey},
		{"S06", module.LevelError, "a file with secrets is among the static files", (*deployment).servedSecrets},
		{"S07", module.LevelWarning, "the key is one that the program has made for itself", (*deployment).ownKey},
		{"S08", module.LevelError, "git would take the file .env", (*deployment).gitTakesSecrets},
		{"S09", module.LevelError, "the password of the database can be guessed", (*deployment).weakPassword},
	}
}

// writeSecretKey is a shell's way to set a new key: one that is printed would be in logs of checks.
const writeSecretKey = "SECRET_KEY=$(openssl rand -hex 32)"

func (d *deployment) weakKey() []module.Finding {
	key := d.set.SecretKey
	letters := map[rune]bool{}
	for _, c := range key {
		letters[c] = true
	}
	known := strings.Contains(strings.ToLower(key), "secret") || strings.Contains(strings.ToLower(key), "change") || strings.Contains(key, "0123456789")
	switch {
	case key == "":
		return one("signed links end with the process, and serve does not start", "setting SECRET_KEY", writeSecretKey)
	case len(letters) < 8 || known:
		return one("the key is no random text: who guesses it signs links to everything", "setting SECRET_KEY", writeSecretKey)
	}
	return nil
}

func (d *deployment) ownKey() []module.Finding {
	if filepath.Base(d.set.vars.origin("SECRET_KEY")) != keyFile {
		return nil
	}
	return one("the key is on this server only, and if the file is lost the program makes another one, with which all links end", "file "+keyFile, "SECRET_KEY_FILE=/etc/site.key")
}

func (d *deployment) readableSecrets() (out []module.Finding) {
	for _, file := range d.set.vars.readable {
		out = append(out, one("everybody on the machine can read a secret", "file "+file, "chmod 600 "+file)...)
	}
	for _, name := range []string{dotEnv, keyFile} {
		name := filepath.Join(d.dir, name)
		if slices.Contains(d.set.vars.readable, absolute(name)) {
			continue // named above
		}
		if info, err := os.Stat(name); err == nil && isOpen(name, info) {
			out = append(out, one("everybody on the machine can read the secrets of the site", "file "+name, "chmod 600 "+name)...)
		}
	}
	return out
}

func (d *deployment) oldKeys() []module.Finding {
	if n := len(d.set.oldKeys()); n > 2 {
		return one(fmt.Sprintf("whoever has one of %d old keys signs as the site does", n), "setting SECRET_KEY_FALLBACKS", "the last key before SECRET_KEY alone, until what it signed has expired")
	}
	return nil
}

func (d *deployment) sameKey() []module.Finding {
	if d.set.SecretKey == "" || !slices.Contains(d.set.oldKeys(), d.set.SecretKey) {
		return nil
	}
	return one("the key was not exchanged: the one that is to be given up is still in use", "setting SECRET_KEY", writeSecretKey)
}

// postgresURL returns the URL of the database if that is a server.
func (d *deployment) postgresURL() *url.URL {
	u, err := url.Parse(d.set.DatabaseURL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil
	}
	return u
}

// isThisMachine reports whether the host of a database is on the machine of the site.
func isThisMachine(host string) bool {
	return host == "" || strings.HasPrefix(host, "/") || hostname.IsLocal(host)
}

func (d *deployment) plainDatabase() (out []module.Finding) {
	u := d.postgresURL()
	if u == nil {
		return nil
	}
	hosts := []string{u.Hostname()}
	if given := u.Query().Get("host"); given != "" {
		hosts = strings.Split(given, ",")
	}
	hosts = slices.DeleteFunc(hosts, isThisMachine)
	if len(hosts) == 0 {
		return nil
	}
	const write = "sslmode=verify-full, with sslrootcert=FILE if the server's certificate is not of a public authority"
	switch mode := u.Query().Get("sslmode"); mode {
	case "verify-full", "verify-ca":
		return nil
	case "require":
		return []module.Finding{{
			Level: module.LevelNote, Where: "setting DATABASE_URL", Write: write,
			Reason: fmt.Sprintf("whoever is between the site and %s can pretend to be the database", hosts[0]),
		}}
	}
	return one(fmt.Sprintf("whoever is between the site and %s reads and changes all data", hosts[0]), "setting DATABASE_URL", write)
}

func (d *deployment) weakPassword() []module.Finding {
	u := d.postgresURL()
	if u == nil || u.User == nil {
		return nil
	}
	password, set := u.User.Password()
	low := strings.ToLower(password)
	known := []string{"password", "postgres", "postgresql", "12345678", "123456789", "1234567890", "changeme", "database"}
	if !set || len(password) >= 8 && low != strings.ToLower(u.User.Username()) && !slices.Contains(known, low) {
		return nil
	}
	return one("whoever reaches the database guesses the password", "setting DATABASE_URL", "a password of openssl rand -hex 16")
}

// servedSecrets looks among the static files for what is not for browsers.
func (d *deployment) servedSecrets() (out []module.Finding) {
	for _, layer := range d.site.sources().layers() {
		// A folder that is not there has no files.
		_ = fs.WalkDir(layer, ".", func(name string, entry fs.DirEntry, err error) error {
			base := path.Base(name)
			secret := base == dotEnv || strings.HasPrefix(base, "id_rsa") ||
				slices.Contains([]string{".key", ".pem", ".db", ".sqlite", ".sqlite3", ".p12"}, path.Ext(base))
			if err == nil && !entry.IsDir() && secret {
				out = append(out, one("everybody can ask for a file that looks like a secret one", "static file "+name, "move it out of the static files")...)
			}
			return nil
		})
	}
	return out
}

func (d *deployment) gitTakesSecrets() []module.Finding {
	_, noFile := os.Stat(filepath.Join(d.dir, dotEnv))
	_, noGit := os.Stat(filepath.Join(d.dir, ".git"))
	if noFile != nil || noGit != nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(d.dir, ".gitignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		switch strings.TrimSpace(line) {
		case ".env", "/.env", ".env*", "*.env", ".*":
			return nil
		}
	}
	return one("git add -A would put the secrets of this machine into the history", "file .gitignore", ".env")
}

// templateTexts returns the text of each template of HTML that the site can read.
func (s *Site) templateTexts() map[string]string {
	texts := map[string]string{}
	chain := templates.Chain(s.pages.cfg.Loaders)
	files, err := chain.Files()
	if err != nil {
		return texts
	}
	for _, f := range files {
		if path.Ext(f.Name) != ".html" {
			continue
		}
		if source, err := chain.Load(f.Name); err == nil {
			texts[f.Name] = source.Text
		}
	}
	return texts
}
