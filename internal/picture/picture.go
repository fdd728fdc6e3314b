// Package picture reads how large a picture is, from its first bytes and without decoding it:
// a file of a few kilobytes can be a picture that takes gigabytes of memory.
package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
)

// errFormat is for what is not a picture.
var errFormat = errors.New("this is not a GIF, JPEG, PNG or WebP picture")

// Size returns the width and height of a GIF, JPEG, PNG or WebP picture, in pixels.
func Size(r io.Reader) (width, height int, err error) {
	in := bufio.NewReaderSize(r, 4096)
	head, err := in.Peek(30)
	if len(head) < 10 {
		return 0, 0, errors.Join(errFormat, err)
	}
	decode := jpeg.DecodeConfig
	switch {
	case string(head[:4]) == "RIFF" && len(head) == 30 && string(head[8:12]) == "WEBP":
		return webp(in)
	case string(head[:4]) == "GIF8":
		decode = gif.DecodeConfig
	case string(head[1:4]) == "PNG":
		decode = png.DecodeConfig
	case head[0] != 0xff || head[1] != 0xd8:
		return 0, 0, errFormat
	}
	var c image.Config
	if c, err = decode(in); err != nil {
		return 0, 0, err
	}
	if c.Width < 1 || c.Height < 1 {
		return 0, 0, errFormat
	}
	return c.Width, c.Height, nil
}

// webp reads the size of a WebP file, which is that of its canvas, if it has one, or of its first
// frame, whichever is larger: decoders make room for the frame, whatever the canvas says. The
// format is that of https://developers.google.com/speed/webp/docs/riff_container.
func webp(in *bufio.Reader) (width, height int, err error) {
	if _, err := in.Discard(12); err != nil {
		return 0, 0, err
	}
	for {
		head, err := in.Peek(18)
		if err != nil {
			return 0, 0, errors.Join(errFormat, err)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		u24 := func(at int) int { return 1 + int(binary.LittleEndian.Uint16(head[at:])) + int(head[at+2])<<16 }
		switch string(head[:4]) {
		case "VP8 ", "VP8L":
			w, h, err := webpFrame(head)
			return max(width, w), max(height, h), err
		case "VP8X": // the size of the canvas, less one, in 24 bits each
			width, height = u24(12), u24(15)
		case "ANMF": // an animation; its frames are parts of the canvas
			if width == 0 {
				return 0, 0, errFormat
			}
			return width, height, nil
		}
		if _, err := io.CopyN(io.Discard, in, 8+size+size%2); err != nil {
			return 0, 0, errors.Join(errFormat, err)
		}
	}
}

// webpFrame reads the size of a frame from the beginning of its chunk.
func webpFrame(head []byte) (width, height int, err error) {
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(head[at:])) }
	switch string(head[:4]) {
	case "VP8L": // less one, in 14 bits each
		bits := binary.LittleEndian.Uint32(head[9:])
		if head[8] != 0x2f {
			return 0, 0, errFormat
		}
		return 1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff), nil
	case "VP8 ":
		if head[11] != 0x9d || head[12] != 0x01 || head[13] != 0x2a {
			return 0, 0, errFormat
		}
		width, height = u16(14)&0x3fff, u16(16)&0x3fff
		if width == 0 || height == 0 {
			return 0, 0, errFormat
		}
		return width, height, nil
	}
	return 0, 0, errFormat
}
