// Package lines reads calls and writes what became of them, each as one line of JSON.
package lines

import (
	"bufio"
	"encoding/json"
	"os"
)

// Result is what became of a call: an answer, a refusal, or neither.
type Result struct {
	Answer    json.RawMessage `json:"answer,omitempty"`
	Status    int             `json:"status,omitempty"`
	Code      string          `json:"code,omitempty"`
	Message   string          `json:"message,omitempty"`
	RequestID string          `json:"request_id,omitempty"`
	Broken    string          `json:"broken,omitempty"`
}

// Serve makes the calls of the standard input until it ends.
func Serve[Call any](send func(*Call) Result) {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var call Call
		if err := json.Unmarshal(line, &call); err != nil {
			panic(err)
		}
		if err := out.Encode(send(&call)); err != nil {
			panic(err)
		}
	}
}
