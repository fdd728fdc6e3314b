package files

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"

	scaling "golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/web"
)

// quality is that of JPEGs, from 1 to 100.
const quality = 82

// decoder reads pictures of one kind.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// decoderOf returns the decoder for a kind of file, nil for one that is not a picture. Of an
// animated GIF it reads the first picture.
func decoderOf(k storage.Kind) *decoder {
	switch k.Name {
	case "gif":
		return &decoder{gif.DecodeConfig, gif.Decode}
	case "jpg":
		return &decoder{jpeg.DecodeConfig, jpeg.Decode}
	case "png":
		return &decoder{png.DecodeConfig, png.Decode}
	case "webp":
		return &decoder{webpConfig, webp.Decode}
	}
	return nil
}

// picture is an original whose size is known and allowed.
type picture struct {
	file        storage.File
	decoder     *decoder
	pixels      int
	orientation int // of 1 to 8, as in Exif
}

// look reads the size of a picture before anything is decoded.
func (f *Files) look(ctx context.Context, file storage.File) (p picture, err error) {
	name := file.Info().Name
	defer damaged(name, &err)
	kind, _ := storage.KindOf(name)
	p = picture{file: file, decoder: decoderOf(kind), orientation: 1}
	in := reader(ctx, file)
	config, err := p.decoder.config(in)
	if err != nil {
		return p, in.cause(err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return p, fmt.Errorf("it has %d x %d pixels", config.Width, config.Height)
	}
	if config.Width > f.cfg.MaxPixels/config.Height {
		return p, web.WithStatus(http.StatusUnprocessableEntity, fault.Wrap(fault.TooLarge,
			fmt.Errorf("files: %s has %d x %d pixels, more than %d", name, config.Width, config.Height, f.cfg.MaxPixels),
			"This picture has too many pixels."))
	}
	p.pixels = config.Width * config.Height
	if kind.Name == "jpg" {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return p, err
		}
		var scans int
		if p.orientation, scans = readJPEG(reader(ctx, file).Reader); scans > maxScans {
			return p, fmt.Errorf("it has more than %d scans", maxScans)
		}
	}
	return p, nil
}

// scale decodes a picture and returns a version of it with its extension.
func (p picture) scale(ctx context.Context, v version) (content []byte, ext string, err error) {
	defer damaged(v.original, &err)
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return nil, "", err
	}
	in := reader(ctx, p.file)
	src, err := p.decoder.decode(in)
	if err != nil {
		return nil, "", in.cause(err)
	}
	if src.Bounds().Empty() {
		return nil, "", errors.New("it has no pixels")
	}
	out := turn(resize(src, v, p.orientation), p.orientation)
	var b bytes.Buffer
	if out.Opaque() {
		err = jpeg.Encode(&b, out, &jpeg.Options{Quality: quality})
		return b.Bytes(), ".jpg", err
	}
	err = png.Encode(&b, out)
	return b.Bytes(), ".png", err
}

// resize returns a picture in the size of a version, before it is turned.
func resize(src image.Image, v version, orientation int) *image.RGBA {
	part := src.Bounds()
	if orientation > 4 { // it is turned by a quarter
		v.width, v.height = v.height, v.width
	}
	w, h := v.width, v.height
	if v.crop {
		part = crop(part, w, h)
	} else {
		w, h = fit(part.Dx(), part.Dy(), w, h)
	}
	if kx, ky := max(part.Dx()/w, 1), max(part.Dy()/h, 1); kx > 1 || ky > 1 {
		src = shrink(src, part, kx, ky)
		part = src.Bounds()
	}
	return resample(src, part, w, h)
}

// strip is how many rows or columns are scaled at a time.
const strip = 64

// resample scales part of a picture to w to h: first its rows, then its columns, each in strips,
// as the scaler needs 32 bytes for each pixel between the two.
func resample(src image.Image, part image.Rectangle, w, h int) *image.RGBA {
	wide := image.NewRGBA(image.Rect(0, 0, w, part.Dy()))
	scaler := scaling.CatmullRom.NewScaler(w, strip, part.Dx(), strip) // for all but the last
	for y := 0; y < part.Dy(); y += strip {
		rows := image.Rect(0, y, w, min(y+strip, part.Dy()))
		from := image.Rect(part.Min.X, part.Min.Y+rows.Min.Y, part.Max.X, part.Min.Y+rows.Max.Y)
		scaler.Scale(wide, rows, src, from, draw.Src, nil)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	scaler = scaling.CatmullRom.NewScaler(strip, h, strip, part.Dy())
	for x := 0; x < w; x += strip {
		columns := image.Rect(x, 0, min(x+strip, w), h)
		from := image.Rect(columns.Min.X, 0, columns.Max.X, part.Dy())
		scaler.Scale(out, columns, wide, from, draw.Src, nil)
	}
	return out
}

// crop returns the middle of a rectangle with the shape of w to h.
func crop(r image.Rectangle, w, h int) image.Rectangle {
	dx, dy := int64(r.Dx()), int64(r.Dy())
	if dx*int64(h) > dy*int64(w) {
		dx = max(dy*int64(w)/int64(h), 1)
	} else {
		dy = max(dx*int64(h)/int64(w), 1)
	}
	from := r.Min.Add(image.Pt((r.Dx()-int(dx))/2, (r.Dy()-int(dy))/2))
	return image.Rectangle{from, from.Add(image.Pt(int(dx), int(dy)))}
}

// fit returns the size of a picture of dx to dy that fits into w and h, where 0 is no limit.
func fit(dx, dy, w, h int) (int, int) {
	if w == 0 {
		w = MaxSide
	}
	if h == 0 {
		h = MaxSide
	}
	w, h = min(w, dx), min(h, dy)
	x, y := int64(dx), int64(dy)
	if x*int64(h) > y*int64(w) {
		return w, int(max((y*int64(w)+x/2)/x, 1))
	}
	return int(max((x*int64(h)+y/2)/y, 1)), h
}

// shrink returns part of a picture with the mean of each kx times ky pixels. What does not fill
// such a block at the right and below, less than a pixel of the result, is left out. It goes
// over large pictures quickly, and scaling what is left well needs little memory.
func shrink(src image.Image, part image.Rectangle, kx, ky int) *image.RGBA {
	w, h := part.Dx()/kx, part.Dy()/ky
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	rows := image.NewRGBA(image.Rect(0, 0, w*kx, 1))
	sums := make([]uint64, 4*w)
	for y := range h {
		clear(sums)
		for row := range ky {
			draw.Draw(rows, rows.Bounds(), src, part.Min.Add(image.Pt(0, y*ky+row)), draw.Src)
			for x := range w {
				sum, block := sums[4*x:4*x+4], rows.Pix[4*x*kx:4*(x+1)*kx]
				for i := 0; i < len(block); i += 4 {
					sum[0] += uint64(block[i])
					sum[1] += uint64(block[i+1])
					sum[2] += uint64(block[i+2])
					sum[3] += uint64(block[i+3])
				}
			}
		}
		n := uint64(kx) * uint64(ky)
		for i, sum := range sums {
			out.Pix[y*out.Stride+i] = uint8((sum + n/2) / n)
		}
	}
	return out
}

// turn returns a picture as the camera was held: orientation is that of Exif, from 1 to 8.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if orientation == 1 {
		return src
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation > 4 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			var tx, ty int
			switch orientation {
			case 2: // mirrored
				tx, ty = w-1-x, y
			case 3: // upside down
				tx, ty = w-1-x, h-1-y
			case 4:
				tx, ty = x, h-1-y
			case 5:
				tx, ty = y, x
			case 6: // to be turned to the right
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8: // to the left
				tx, ty = y, w-1-x
			}
			copy(out.Pix[out.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return out
}

// reader reads a file until ctx ends, which ends the work of a decoder too.
func reader(ctx context.Context, r io.Reader) source {
	in := &contextReader{ctx: ctx, r: r}
	return source{bufio.NewReader(in), in}
}

// source is what a decoder reads.
type source struct {
	*bufio.Reader
	in *contextReader
}

// cause returns why nothing more could be read, if that is so, instead of the error of a decoder,
// which may have only its text.
func (s source) cause(err error) error {
	if s.in.failed != nil {
		return fault.Wrap(fault.KindOf(s.in.failed), s.in.failed, "")
	}
	return err
}

type contextReader struct {
	ctx    context.Context // lifetime: that of one picture
	r      io.Reader
	failed error // other than the end of the file
}

func (r *contextReader) Read(p []byte) (n int, err error) {
	if err = r.ctx.Err(); err == nil {
		n, err = r.r.Read(p)
	}
	if err != nil && err != io.EOF {
		r.failed = err
	}
	return n, err
}

// damaged gives an error of a decoder, or its panic, a status and a message: the file is there
// but no picture of its kind. Errors with a kind stay.
func damaged(name storage.Name, err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("panic: %v", v)
	}
	var kinded fault.Kinded
	if *err == nil || errors.As(*err, &kinded) {
		return
	}
	*err = web.WithStatus(http.StatusUnprocessableEntity, fault.Wrap(fault.Invalid,
		fmt.Errorf("files: make a version of %s: %w", name, *err), "This file is damaged, or it is not a picture."))
}
