package jsvendor

// InRange reports whether a version is in a range.
func InRange(text, v string) (bool, error) {
	r, err := parseRange(text)
	if err != nil {
		return false, err
	}
	parsed, ok := parseVersion(v)
	return ok && r.has(parsed), nil
}

// Newest is newest of all versions.
func Newest(versions ...string) string {
	return newest(versions, func(version) bool { return true })
}

// Entry returns what a subpath means by a package.json.
func Entry(text, subpath string) (string, error) {
	m, err := readManifest(map[string][]byte{"package.json": []byte(text)})
	if err != nil {
		return "", err
	}
	return m.entry(subpath), nil
}

// Unpack is unpack.
func Unpack(archive []byte) (map[string][]byte, error) { return unpack(archive) }
