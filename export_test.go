package vola

import "net"

// CutOff is what Main ends a program with that does not stop.
var CutOff = cutOff

// Listening is what serve tells the site of its address.
func (s *Site) Listening(addr net.Addr) { s.listening(addr) }
