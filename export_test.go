package vola

// CutOff is what Main ends a program with that does not stop.
var CutOff = cutOff
