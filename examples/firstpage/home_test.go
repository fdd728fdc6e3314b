package main

import (
	"testing"

	"github.com/volaweb/vola/volatest"
)

func TestHomePage(t *testing.T) {
	t.Parallel()
	c := volatest.Start(t, site(), volatest.Options{Seed: true})
	c.Get("/").WantStatus(200).WantText("h2", "It flies.")
}
