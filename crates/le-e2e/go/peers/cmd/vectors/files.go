// The files, each one's share of the cases, and how they are written.

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// file is one kind of vectors.
type file struct {
	name    string
	percent int
	// line draws one line of about `left` cases or fewer, and tells how many it holds.
	line func(d *draw, left int) (line any, cases int, err error)
}

var files = []file{
	{"hash.jsonl", 30, hashLine},
	{"subset.jsonl", 10, subsetLine},
	{"durations.jsonl", 25, durationLine},
	{"config.jsonl", 15, configLine},
	{"lease_names.jsonl", 8, leaseNamesLine},
	{"statefulset.jsonl", 12, statefulSetLine},
}

// write draws lines until there are enough cases.
func (f file) write(dir string, d *draw, wanted int) (drawn int, err error) {
	out, err := os.Create(filepath.Join(dir, f.name))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	buffer := bufio.NewWriter(out)
	lines := json.NewEncoder(buffer)
	lines.SetEscapeHTML(false)
	for drawn < wanted {
		line, cases, err := f.line(d, wanted-drawn)
		if err != nil {
			return drawn, err
		}
		if err := lines.Encode(line); err != nil {
			return drawn, err
		}
		drawn += cases
	}
	return drawn, buffer.Flush()
}
