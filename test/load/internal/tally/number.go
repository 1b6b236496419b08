package tally

import "bytes"

// mark begins the text of every message; its sender and number follow, in so many digits that texts are equally long.
const (
	mark     = "load-"
	digits   = 9
	messages = 1_000_000 // of each sender at most
)

// Text is the text of the sender's message with the number, of so many bytes.
func Text(sender int, number int64, size int) []byte {
	number += int64(sender) * messages
	text := bytes.Repeat([]byte("."), max(size, len(mark)+digits))
	copy(text, mark)
	for i := range digits {
		text[len(mark)+digits-1-i] = '0' + byte(number%10)
		number /= 10
	}
	return text
}

// numberIn finds the sender and the number in a message of a server, of whatever form.
func numberIn(message []byte) (sender int, number int64, found bool) {
	at := bytes.Index(message, []byte(mark))
	if at < 0 || len(message) < at+len(mark)+digits {
		return 0, 0, false
	}
	for _, digit := range message[at+len(mark):][:digits] {
		number = 10*number + int64(digit-'0')
	}
	return int(number / messages), number % messages, true
}

// cursorIn finds the first cursor in a message.
func cursorIn(message []byte) []byte {
	_, rest, _ := bytes.Cut(message, []byte(`"cursor":"`))
	cursor, _, _ := bytes.Cut(rest, []byte(`"`))
	return cursor
}
