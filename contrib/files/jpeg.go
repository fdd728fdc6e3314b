package files

import (
	"bufio"
	"encoding/binary"
	"io"
)

// maxScans is how many times a JPEG may go over its pixels. Progressive ones do about 10 times;
// a small file could have thousands, each of which takes the time of all pixels.
const maxScans = 100

// readJPEG returns how a JPEG is to be turned, from 1 to 8, by the tag Orientation of its Exif
// data (CIPA DC-008, section 4.6.5), and 1 if there is none or it cannot be read. scans is how
// often it goes over its pixels, counted up to one more than maxScans.
func readJPEG(r *bufio.Reader) (orientation, scans int) {
	orientation = 1
	if b, err := r.Peek(2); err != nil || b[0] != 0xff || b[1] != 0xd8 {
		return orientation, scans
	}
	_, _ = r.Discard(2)
	for scans <= maxScans {
		marker, err := nextMarker(r)
		if err != nil || marker == 0xd9 {
			break
		}
		var length [2]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			break
		}
		size := int(binary.BigEndian.Uint16(length[:])) - 2
		switch {
		case size < 0:
			return orientation, scans
		case marker == 0xda:
			scans++
		case marker == 0xe1 && scans == 0 && orientation == 1:
			segment := make([]byte, size)
			if _, err := io.ReadFull(r, segment); err != nil {
				return orientation, scans
			}
			orientation = max(exifOrientation(segment), 1)
			continue
		}
		if _, err := r.Discard(size); err != nil {
			break
		}
	}
	return orientation, scans
}

// nextMarker goes to the next marker of a JPEG that begins a segment, past the pixels of a scan.
func nextMarker(r *bufio.Reader) (byte, error) {
	for last := byte(0); ; {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if last == 0xff && b != 0xff && b != 0 && b != 0x01 && (b < 0xd0 || b > 0xd7) {
			return b, nil
		}
		last = b
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
