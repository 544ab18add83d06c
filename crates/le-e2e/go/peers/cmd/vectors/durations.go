// How Go reads a duration, and writes it back.

package main

import (
	"strconv"
	"time"
)

// durationAnswer is what Go makes of a text.
type durationAnswer struct {
	Text    string  `json:"text"`
	Nanos   *string `json:"nanos,omitempty"`
	Written *string `json:"written,omitempty"`
	Error   *string `json:"error,omitempty"`
}

func durationLine(d *draw, _ int) (any, int, error) {
	answer := durationAnswer{Text: d.durationText()}
	duration, err := time.ParseDuration(answer.Text)
	if err != nil {
		said := err.Error()
		answer.Error = &said
	} else {
		nanos, written := strconv.FormatInt(int64(duration), 10), duration.String()
		answer.Nanos, answer.Written = &nanos, &written
	}
	return answer, 1, nil
}
