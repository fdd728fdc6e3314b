package files

import (
	"errors"
	"image"
	"io"

	"golang.org/x/image/riff"
	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
)

// webpConfig returns the size of a WebP. Its header may say another size than the frame in it,
// which is what is decoded: the larger one counts.
func webpConfig(r io.Reader) (image.Config, error) {
	form, chunks, err := riff.NewReader(r)
	if err != nil {
		return image.Config{}, err
	}
	if form != (riff.FourCC{'W', 'E', 'B', 'P'}) {
		return image.Config{}, errors.New("webp: invalid format")
	}
	var canvas image.Config
	for {
		id, size, data, err := chunks.Next()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return image.Config{}, err
		}
		switch string(id[:]) {
		case "VP8X":
			var b [10]byte
			if _, err := io.ReadFull(data, b[:]); err != nil {
				return image.Config{}, err
			}
			canvas.Width = 1 + int(b[4]) + int(b[5])<<8 + int(b[6])<<16
			canvas.Height = 1 + int(b[7]) + int(b[8])<<8 + int(b[9])<<16
		case "ANMF":
			return image.Config{}, errors.New("webp: animations are not supported")
		case "VP8 ":
			d := vp8.NewDecoder()
			d.Init(data, int(size))
			frame, err := d.DecodeFrameHeader()
			return image.Config{Width: max(canvas.Width, frame.Width), Height: max(canvas.Height, frame.Height)}, err
		case "VP8L":
			frame, err := vp8l.DecodeConfig(data)
			return image.Config{Width: max(canvas.Width, frame.Width), Height: max(canvas.Height, frame.Height)}, err
		}
	}
}
