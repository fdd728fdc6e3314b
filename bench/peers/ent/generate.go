package ent

//go:generate go tool ent generate --feature sql/execquery ./schema
//go:generate rm -rf enttest hook
