package scaffold_test

import (
	"fmt"

	"github.com/volaweb/vola/internal/scaffold"
)

func ExampleWire() {
	src := `package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
)

var site = vola.Config{Modules: []module.Module{&Home{}}}
`
	text, err := scaffold.Wire("main.go", []byte(src), scaffold.Module{Name: "shop", Path: "mysite/shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// package main
	//
	// import (
	// 	"github.com/volaweb/vola"
	// 	"github.com/volaweb/vola/module"
	//
	// 	"mysite/shop"
	// )
	//
	// var site = vola.Config{Modules: []module.Module{&Home{}, shop.New()}}
}
