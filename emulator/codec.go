package emulator

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"
)

// A codec speaks AWS JSON 1.1 for one service model. It knows the rules of
// every operation of the service and the meaning of none.
type codec struct {
	rules
	patterns map[string]*regexp.Regexp
}

func newCodec(r rules) codec { return codec{r, r.compile()} }

// request checks a request body against the operation's input. It returns the
// members that the model knows, decoded and encoded again.
func (c codec) request(op string, body []byte) (map[string]any, []byte, *Error) {
	// Clients of operations without required members may send nothing. [assumed]
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	v, err := decode(body)
	if err != nil {
		return nil, nil, errorf("SerializationException", "the body is not a JSON document: %v", err)
	}
	k := check{shapes: c.shapes, patterns: c.patterns}
	kept, _ := k.value("", c.signatures[op].input, v).(map[string]any)
	if err := k.failure(); err != nil {
		return kept, nil, err
	}
	clean, err := encode(kept)
	if err != nil {
		return kept, nil, errorf("SerializationException", "%v", err)
	}
	return kept, clean, nil
}

// conforms tells what is wrong with the body of a successful answer: a broken
// rule of the operation's output shape, or a member that it does not have.
func (c codec) conforms(op string, body []byte) error {
	output := c.signatures[op].output
	if output == "" {
		if len(body) > 0 {
			return fmt.Errorf("a void operation answered %s", body)
		}
		return nil
	}
	v, err := decode(body)
	if err != nil {
		return fmt.Errorf("the answer is not a JSON document: %w", err)
	}
	k := check{shapes: c.shapes, patterns: c.patterns}
	k.value("", output, v)
	return k.breach()
}

// decode reads exactly one JSON document and keeps its numbers as written.
func decode(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the document at byte %d", d.InputOffset())
	}
	return v, nil
}

// encode writes an answer as AWS does: compact, "<" and "&" as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// requestID is a random UUID, version 4 (RFC 9562 section 5.4).
func requestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
