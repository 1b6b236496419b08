package transport

import (
	"strings"
	"time"

	"github.com/gobwas/ws"
)

// Close codes of graphql-transport-ws, and one that gobwas/ws does not name.
const (
	codeRestart       ws.StatusCode = 1012
	codeTryAgain      ws.StatusCode = 1013
	codeInvalid       ws.StatusCode = 4400
	codeUnauthorized  ws.StatusCode = 4401
	codeForbidden     ws.StatusCode = 4403
	codeNotAcceptable ws.StatusCode = 4406
	codeInitTimeout   ws.StatusCode = 4408
	codeIDInUse       ws.StatusCode = 4409
	codeInitTwice     ws.StatusCode = 4429
	codeFault         ws.StatusCode = 4500
)

// lingering is how long a closed connection is still read, so that the close code arrives: what is unread when a
// connection is closed resets it, and the reset overtakes what was sent.
const lingering = time.Second

// closing is why a connection ends.
type closing struct {
	code   ws.StatusCode
	reason string
	now    bool // without what waits in the queue
	mutual bool // the client has closed, too: nothing is left to wait for
}

// Error implements error: the reader of a socket ends with it.
func (c *closing) Error() string { return c.reason }

func (c *closing) frame() frame {
	reason := c.reason[:min(len(c.reason), ws.MaxControlFramePayloadSize-2)]
	return frame{op: ws.OpClose, body: ws.NewCloseFrameBody(c.code, strings.ToValidUTF8(reason, ""))}
}

// closeBack answers the client's close with the same code, if that is one that may be sent.
func closeBack(code ws.StatusCode) *closing {
	ofProtocol := code.IsProtocolDefined() && !code.IsProtocolReserved() && code != ws.StatusNoMeaningYet
	if !ofProtocol && !code.IsApplicationSpec() && !code.IsPrivateSpec() {
		code = ws.StatusNormalClosure
	}
	return &closing{code: code, mutual: true}
}

func closeWith(code ws.StatusCode, reason string) *closing {
	return &closing{code: code, reason: reason}
}

func invalidMessage(reason string) *closing {
	return closeWith(codeInvalid, "Invalid message: "+reason)
}

func restarting() *closing { return closeWith(codeRestart, "Service restart: come back") }

func tooSlow() *closing {
	return &closing{code: codeTryAgain, reason: "Too slow a reader: come back and resume", now: true}
}

func sessionEnded() *closing {
	return &closing{code: codeUnauthorized, reason: "Unauthorized: the access token has ended", now: true}
}
