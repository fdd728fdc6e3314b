package ent

//go:generate go tool ent generate ./schema
//go:generate rm -rf enttest hook
