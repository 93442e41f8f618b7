package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Caller is who sent a request, as the credentials of its signature tell.
type Caller struct {
	AccessKey string
	ARN       string // arn:aws:iam::123456789012:user/alice, or an assumed role's with its session
}

// An Error is a modelled exception: it travels as {"__type": Code, "message": Message}.
type Error struct {
	Code    string // the shape's name, e.g. PipelineNotFoundException
	Message string
	Status  int // HTTP status; 0 means 400
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

func errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Time is a timestamp on the wire of AWS JSON 1.1: epoch seconds, a number
// with a fraction. The zero Time is left out by `json:",omitzero"`.
type Time struct{ time.Time }

// MarshalJSON writes epoch seconds with millisecond resolution.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(t.UnixMilli())/1e3, 'f', -1, 64), nil
}

// UnmarshalJSON reads epoch seconds.
func (t *Time) UnmarshalJSON(b []byte) error {
	s, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("timestamp %s: want epoch seconds", b)
	}
	t.Time = time.UnixMilli(int64(s * 1e3)).UTC()
	return nil
}

// An operation is one API operation behind the codec: it gets the validated
// JSON body and returns the value to encode, nil for a void operation.
type operation func(m *Model, c Caller, body []byte) (any, error)
