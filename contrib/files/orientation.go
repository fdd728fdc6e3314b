package files

import (
	"encoding/binary"
	"io"
)

// orientation returns how a JPEG is to be turned, from 1 to 8, by the tag Orientation of its
// Exif data (CIPA DC-008, section 4.6.5), and 1 if there is none or it cannot be read.
func orientation(r io.Reader) int {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil || head[0] != 0xff || head[1] != 0xd8 {
		return 1
	}
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil || head[0] != 0xff {
			return 1
		}
		size := int64(binary.BigEndian.Uint16(head[2:])) - 2
		switch marker := head[1]; {
		case size < 0 || marker == 0xda || marker == 0xd9: // the picture itself begins
			return 1
		case marker == 0xe1:
			segment := make([]byte, size)
			if _, err := io.ReadFull(r, segment); err != nil {
				return 1
			}
			if o := exifOrientation(segment); o != 0 {
				return o
			}
		default:
			if _, err := io.CopyN(io.Discard, r, size); err != nil {
				return 1
			}
		}
	}
}

// exifOrientation returns the tag of a segment, 0 if it has none.
func exifOrientation(b []byte) int {
	const exif = "Exif\x00\x00"
	if len(b) < len(exif)+8 || string(b[:len(exif)]) != exif {
		return 0
	}
	b = b[len(exif):]
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 0
	}
	n := int(order.Uint16(b[at:]))
	for entries := b[at+2:]; n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		const tag, short = 0x0112, 3
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
	}
	return 0
}
