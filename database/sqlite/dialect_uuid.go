package sqlite

import (
	"encoding/hex"
	"fmt"
)

// encodeUUID writes 32 hexadecimal digits without dashes, as Django does.
func encodeUUID(v any) (any, error) {
	u := v.([16]byte)
	return hex.EncodeToString(u[:]), nil
}

// readUUID reads hexadecimal digits, with or without dashes, or the 16 bytes.
func readUUID(src any) (u [16]byte, err error) {
	var text string
	switch v := src.(type) {
	case string:
		text = v
	case []byte:
		if len(v) == len(u) {
			return [16]byte(v), nil
		}
		text = string(v)
	default:
		return u, fmt.Errorf("a %T is no uuid", src)
	}
	digits := text
	if len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		digits = text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	}
	if n, err := hex.Decode(u[:], []byte(digits[:min(len(digits), 32)])); err != nil || n != len(u) || len(digits) != 32 {
		return [16]byte{}, fmt.Errorf("%.40q is no uuid", text)
	}
	return u, nil
}
