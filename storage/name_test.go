package storage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
)

func TestNewName(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 23, 30, 0, 0, time.FixedZone("", -3600))
	tests := []struct{ sent, want string }{
		{"Summer Photo (2).JPG", "summer-photo-2.jpg"},
		{"../../etc/passwd", "passwd.jpg"},
		{`C:\Users\ann\x.jpg`, "x.jpg"},
		{"", "file.jpg"},
		{".", "file.jpg"},
		{"..", "file.jpg"},
		{"写真.jpg", "file.jpg"},
		{"CON.jpg", "file-con.jpg"},
		{"lpt1.txt.jpg", "lpt1-txt.jpg"},
		{"com7.jpg", "file-com7.jpg"},
		{"com.jpg", "com.jpg"},
		{"a\r\nSet-Cookie: x.jpg", "a-set-cookie-x.jpg"},
		{"a\x00.php.jpg", "a-php.jpg"},
		{strings.Repeat("long", 1000), strings.Repeat("long", 20) + ".jpg"},
	}
	seen := map[storage.Name]bool{}
	for _, tt := range tests {
		name := storage.NewName(now, tt.sent, ".jpg")
		if err := name.Check(); err != nil {
			t.Errorf("%q: %v", tt.sent, err)
		}
		if name.Base() != tt.want || !strings.HasPrefix(string(name), "2026/12/01/") || seen[name] {
			t.Errorf("%q: %s, want %s in a folder of its own", tt.sent, name, tt.want)
		}
		seen[name] = true
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for _, bad := range []storage.Name{
		"", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.b", "a.", "a./b", "A", "a b", "a\x00", `a\b`, "a:b", "é", "a\n",
		storage.Name(strings.Repeat("a", storage.MaxName+1)),
	} {
		if err := bad.Check(); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add("Summer Photo.jpg")
	f.Fuzz(func(t *testing.T, sent string) {
		if err := storage.NewName(time.Unix(0, 0), sent, ".jpg").Check(); err != nil {
			t.Error(err)
		}
	})
}

func TestSniff(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1a\n"
	tests := []struct{ head, sent, want string }{
		{png, "a.png", "png"},
		{png, "A.PNG", "png"},
		{png, "a.jpg", ""},
		{png, "a", ""},
		{png, "a.png.exe", ""},
		{"GIF89a<script>alert(1)</script>", "a.html", ""},
		{"GIF89a<script>alert(1)</script>", "a.gif", "gif"},
		{"<html><script>", "a.txt", ""},
		{"<svg xmlns=", "a.svg", ""},
		{"<?php ", "a.txt", "txt"},
		{"a,b\n1,2\n", "a.csv", "csv"},
		{"PK\x03\x04", "a.docx", "docx"},
		{"PK\x03\x04", "a.jar", ""},
		{"\xff\xd8\xff\xe0", "a.JPEG", "jpg"},
		{"%PDF-1.7", "a.pdf", "pdf"},
		{"", "a.txt", "txt"},
		{"MZ\x90\x00", "a.txt", ""},
	}
	for _, tt := range tests {
		if k, ok := storage.Sniff([]byte(tt.head), tt.sent); k.Name != tt.want || ok != (tt.want != "") {
			t.Errorf("%q as %s: %q", tt.head, tt.sent, k.Name)
		}
	}
}

// TestKinds: every kind can be found again by its name and by the name of a file.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range storage.Kinds() {
		byName, ok := storage.KindNamed(k.Name)
		byFile, ok2 := storage.KindOf(storage.NewName(time.Now(), "a", k.Ext))
		if !ok || !ok2 || byName.Ext != k.Ext || byFile.Name != k.Name {
			t.Errorf("%s: %v, %v", k.Name, byName, byFile)
		}
	}
}
