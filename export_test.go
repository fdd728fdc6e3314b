package vola

// CutOff is what Main ends a program with that does not stop.
var CutOff = cutOff

// FinishMail is what a command waits for at its end.
var FinishMail = (*Site).finishMail
