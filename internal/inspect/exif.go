package inspect

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation is how a picture is to be turned before it is looked at: EXIF's values 1 to 8, of which four lie on their side.
type orientation int

const upright orientation = 1

// turned is the size of the picture when it stands upright.
func (o orientation) turned(stored image.Point) image.Point {
	if o >= 5 {
		return image.Pt(stored.Y, stored.X)
	}
	return stored
}

// source is where the pixel at p, of an upright picture of that size, is stored.
func (o orientation) source(p, size image.Point) image.Point {
	right, bottom := size.X-1-p.X, size.Y-1-p.Y
	switch o {
	case 2:
		return image.Pt(right, p.Y)
	case 3:
		return image.Pt(right, bottom)
	case 4:
		return image.Pt(p.X, bottom)
	case 5:
		return image.Pt(p.Y, p.X)
	case 6:
		return image.Pt(p.Y, right)
	case 7:
		return image.Pt(bottom, right)
	case 8:
		return image.Pt(bottom, p.X)
	}
	return p
}

// orientationOf reads how a picture is to be turned. What is missing or makes no sense is upright.
func orientationOf(mime string, content []byte) orientation {
	switch mime {
	case mimeJPEG:
		return exifOrientation(jpegExif(content))
	case mimePNG:
		return exifOrientation(pngExif(content))
	case mimeWebP:
		return exifOrientation(webpExif(content))
	}
	return upright
}

// exifOrientation reads the orientation from an EXIF block, which is a small TIFF: the first directory has it.
func exifOrientation(tiff []byte) orientation {
	const tagOrientation, typeShort, entrySize = 0x0112, 3, 12
	order, ok := byteOrder(tiff)
	if !ok {
		return upright
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	directory := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(directory) < entrySize {
			break
		}
		if order.Uint16(directory) == tagOrientation && order.Uint16(directory[2:]) == typeShort {
			return valid(orientation(order.Uint16(directory[8:])))
		}
		directory = directory[entrySize:]
	}
	return upright
}

func byteOrder(tiff []byte) (order binary.ByteOrder, ok bool) {
	switch {
	case len(tiff) < 8:
		return nil, false
	case string(tiff[:4]) == "II*\x00":
		return binary.LittleEndian, true
	case string(tiff[:4]) == "MM\x00*":
		return binary.BigEndian, true
	}
	return nil, false
}

func valid(o orientation) orientation {
	if o < 1 || o > 8 {
		return upright
	}
	return o
}

// jpegExif returns the EXIF block of a JPEG: the first segment APP1 that begins so, before the picture itself.
func jpegExif(content []byte) []byte {
	const app1, startOfScan = 0xe1, 0xda
	if len(content) < 2 {
		return nil
	}
	for rest := content[2:]; len(rest) >= 4 && rest[0] == 0xff && rest[1] != startOfScan; {
		if rest[1] == 0xff { // a marker may have any number of them before it
			rest = rest[1:]
			continue
		}
		end := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if end < 4 || end > len(rest) {
			return nil
		}
		if tiff, found := bytes.CutPrefix(rest[4:end], []byte("Exif\x00\x00")); found && rest[1] == app1 {
			return tiff
		}
		rest = rest[end:]
	}
	return nil
}

// pngExif returns the chunk eXIf of a PNG, which may stand behind the picture.
func pngExif(content []byte) []byte {
	const signature, header, checksum = 8, 8, 4
	for rest := content[min(signature, len(content)):]; len(rest) >= header; {
		size := int64(binary.BigEndian.Uint32(rest))
		if header+size+checksum > int64(len(rest)) {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return rest[header : header+size]
		}
		rest = rest[header+size+checksum:]
	}
	return nil
}
