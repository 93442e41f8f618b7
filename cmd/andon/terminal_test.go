package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	hostile := "a\x1b[2J\u009b1mb\u202ec\nd\u2028e\xff"
	if got := plain(hostile); got != "a [2J 1mbc d e\ufffd" {
		t.Errorf("plain: %q", got)
	}
	raw, err := json.Marshal(map[string]string{"text": hostile + "\x7f"})
	if err != nil {
		t.Fatal(err)
	}
	safe := plainJSON(raw)
	if bytes.ContainsAny(safe, "\x1b\u009b\u202e\x7f") {
		t.Errorf("a character that a terminal obeys: %q", safe)
	}
	var before, after any
	if err := errors.Join(json.Unmarshal(raw, &before), json.Unmarshal(safe, &after)); err != nil {
		t.Fatal(err)
	}
	if before.(map[string]any)["text"] != after.(map[string]any)["text"] {
		t.Errorf("the text changed: %q, %q", before, after)
	}
}
