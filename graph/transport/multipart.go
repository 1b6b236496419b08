package transport

import (
	"bufio"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"parley/internal/apierr"
	"parley/internal/upload"
)

const (
	// headersBytes is how much may come before the file besides operations and map.
	headersBytes = 16 << 10
	// trailerBytes is how much may come behind the last boundary: a line end, in practice.
	trailerBytes = 4 << 10
)

// form is a request by the GraphQL multipart request specification, with one file: the parts operations, map and the file, in
// this order. It is read no further than the file's first byte.
type form struct {
	in       *sparing
	parts    *multipart.Reader
	boundary string
	most     int // bytes of a field; 0 is no limit
}

func newForm(body io.Reader, boundary string, most int) *form {
	in := &sparing{body: bufio.NewReaderSize(body, 32<<10), sparing: true, left: 2*most + headersBytes, limited: most > 0}
	return &form{in: in, parts: multipart.NewReader(in, boundary), boundary: boundary, most: most}
}

// upload reads everything but the file, and puts that where it belongs in the variables. total is the length of the body, or -1.
func (f *form) upload(total int64) (params *graphql.RawParams, variable string, err error) {
	operations, err := f.field("operations")
	if err != nil {
		return nil, "", err
	}
	if params, err = decodeParams(operations, "part operations"); err != nil {
		return nil, "", err
	}
	mapped, err := f.field("map")
	if err != nil {
		return nil, "", err
	}
	to, err := decodeMap(mapped, params.Variables)
	if err != nil {
		return nil, "", err
	}
	part, err := f.next(to.part)
	if err != nil {
		return nil, "", err
	}
	to.put(upload.File{Name: storable(part.FileName()), Length: f.length(total), Reader: &content{form: f, part: part}})
	f.in.sparing = false
	return params, to.variable, nil
}

// field reads a part whole.
func (f *form) field(name string) ([]byte, error) {
	part, err := f.next(name)
	if err != nil {
		return nil, err
	}
	value, err := io.ReadAll(part)
	if err != nil {
		return nil, f.broken(err)
	}
	if f.most > 0 && len(value) > f.most {
		return nil, f.tooLarge()
	}
	return value, nil
}

// next begins the next part, which has to be the one named.
func (f *form) next(name string) (*multipart.Part, error) {
	part, err := f.parts.NextRawPart()
	if err == io.EOF || err == nil && part.FormName() != name { // a wrapped io.EOF is an end that comes too early
		return nil, refuse(http.StatusBadRequest,
			"The parts of the body must be operations, map, and the file, in this order; the file has the name that map gives it.")
	}
	if err != nil {
		return nil, f.broken(err)
	}
	if encoding := part.Header.Get("Content-Transfer-Encoding"); !slices.Contains([]string{"", "7bit", "8bit", "binary"}, strings.ToLower(encoding)) {
		return nil, refuse(http.StatusBadRequest, "The parts of the body must come as they are, without a Content-Transfer-Encoding.")
	}
	return part, nil
}

// end reads what is behind the file: nothing.
func (f *form) end() error {
	f.in.sparing, f.in.limited, f.in.left = true, true, trailerBytes
	_, err := f.parts.NextRawPart()
	if err == nil {
		return incomplete("The file must be the last part of the body: a request has one.")
	}
	if err != io.EOF {
		return asIncomplete(err)
	}
	if _, err = f.in.body.Discard(trailerBytes); err == nil { // an error is that of the arrival
		return incomplete("There is something behind the last part of the body.")
	}
	return err
}

// length is how long the file is when nothing follows it but the last boundary, and a line end as almost all clients send it.
func (f *form) length(total int64) int64 {
	if total < 0 {
		return -1
	}
	return max(0, total-f.in.taken-int64(len("\r\n--"+f.boundary+"--\r\n")))
}

func (f *form) broken(err error) error {
	switch {
	case errors.Is(err, errTooMuch), errors.Is(err, multipart.ErrMessageTooLarge):
		return f.tooLarge()
	case len(apierr.As(err)) > 0:
		return &refusal{http.StatusBadRequest, apierr.As(err)[0]}
	}
	return refuse(http.StatusBadRequest, "The request body is not the multipart/form-data that its Content-Type says it is.")
}

func (f *form) tooLarge() error {
	return refuse(http.StatusRequestEntityTooLarge,
		"What comes before the file has more than %d bytes in operations or map, the most that are allowed (limit %q), or too many "+
			"around them.", f.most, "body-bytes")
}

func asIncomplete(err error) error {
	if known := (*cut)(nil); errors.As(err, &known) {
		return known
	}
	return incomplete("The request body is not the multipart/form-data that its Content-Type says it is, or did not arrive whole.")
}

// storable is a name in UTF-8 without NUL.
func storable(name string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", "\uFFFD")
}

var errTooMuch = errors.New("too much around the file")

// sparing hands out what is around the file byte by byte, and not more than is left to be taken. So the parser has taken nothing
// of the file when it comes to it, and where that is is known.
type sparing struct {
	body    *bufio.Reader
	sparing bool // and not in the file
	limited bool
	left    int
	taken   int64 // while it was sparing
}

func (s *sparing) Read(p []byte) (int, error) {
	if !s.sparing {
		return s.body.Read(p)
	}
	if s.limited && s.left == 0 {
		return 0, errTooMuch
	}
	n, err := s.body.Read(p[:min(1, len(p))])
	s.left, s.taken = s.left-n, s.taken+int64(n)
	return n, err
}

// content is what is in the file.
type content struct {
	form *form
	part *multipart.Part
	err  error
}

// Read implements io.Reader, as upload.File promises it.
func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.part.Read(p)
	switch {
	case err == nil || n > 0: // the error comes again
		return n, nil
	case err == io.EOF:
		c.err = c.form.end()
	default:
		c.err = asIncomplete(err)
	}
	return 0, c.err
}

// destination is where the file belongs.
type destination struct {
	part     string // the name of its part
	variable string // the variable that it is, or is in
	put      func(upload.File)
}

// decodeMap reads the part map, which must lead to one null in the variables.
func decodeMap(raw []byte, variables map[string]any) (*destination, error) {
	var all map[string][]string
	if err := unmarshal(raw, &all); err != nil || all == nil {
		return nil, refuse(http.StatusBadRequest, `The part map must be JSON such as {"0": ["variables.file"]}.`)
	}
	for part, paths := range all {
		if len(all) != 1 || len(paths) != 1 {
			break
		}
		put, variable, ok := slot(variables, paths[0])
		if !ok {
			return nil, refuse(http.StatusBadRequest, "The path in map must lead to a null in the variables, such as variables.file.")
		}
		return &destination{part: part, variable: variable, put: put}, nil
	}
	return nil, refuse(http.StatusBadRequest, "A request has one file, at one path: send more files in requests of their own.")
}

// slot finds the null in the variables that a path such as variables.input.files.0 leads to.
func slot(variables map[string]any, path string) (put func(upload.File), variable string, ok bool) {
	names := strings.Split(path, ".")
	if len(names) < 2 || names[0] != "variables" {
		return nil, "", false
	}
	variable = names[1]
	var at any = variables
	for _, name := range names[1:] {
		if put, at, ok = step(at, name); !ok {
			return nil, "", false
		}
	}
	return put, variable, at == nil
}

// step goes one step into an object or a list.
func step(from any, name string) (put func(upload.File), to any, ok bool) {
	switch from := from.(type) {
	case map[string]any:
		to, ok = from[name]
		return func(f upload.File) { from[name] = f }, to, ok
	case []any:
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(from) {
			return nil, nil, false
		}
		return func(f upload.File) { from[i] = f }, from[i], true
	}
	return nil, nil, false
}
