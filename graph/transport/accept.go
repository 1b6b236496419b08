package transport

import (
	"mime"
	"strconv"
	"strings"
)

// The media types that are spoken.
const (
	mediaGraphQL = "application/graphql-response+json"
	mediaJSON    = "application/json"
	mediaStream  = "text/event-stream"
)

// accept is what a client understands.
type accept struct {
	json   string // the JSON media type that it likes best, or none
	stream bool
}

func (a accept) nothing() bool { return a.json == "" && !a.stream }

// parseAccept reads an Accept header. Among equals the first counts. No header at all means JSON as it has
// always been.
func parseAccept(values []string) accept {
	header := strings.Join(values, ",")
	if strings.TrimSpace(header) == "" {
		return accept{json: mediaJSON}
	}
	var a accept
	best := 0.0
	for part := range strings.SplitSeq(header, ",") {
		media, q := parsePart(part)
		if q <= 0 {
			continue
		}
		if media == mediaStream {
			a.stream = true
		}
		if json := jsonFor(media); json != "" && q > best {
			a.json, best = json, q
		}
	}
	return a
}

func parsePart(part string) (media string, q float64) {
	media, params, err := mime.ParseMediaType(part)
	if err != nil {
		return "", 0
	}
	if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
		return media, q
	}
	return media, 1
}

func jsonFor(media string) string {
	switch media {
	case mediaGraphQL, mediaJSON:
		return media
	case "application/*", "*/*": // which may be a client from before the other one
		return mediaJSON
	}
	return ""
}
